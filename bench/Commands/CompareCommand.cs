using System.CommandLine;
using DeepSharp.Bench.Compare;

namespace DeepSharp.Bench.Commands;

/// <summary><c>bench compare [CASES…]</c>: this library, libtorch, ONNX Runtime and OpenBLAS in turns.</summary>
internal static class CompareCommand
{
    private const int FewestRounds = 5;

    public static Command Create()
    {
        var names = new Argument<string[]>("cases")
        {
            Description = $"Groups ({string.Join(", ", CompareCases.Groups.Keys)}) or single cases; all if none is given.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var rounds = Common.Number("--rounds", FewestRounds, $"Rounds of each contender; results of fewer than {FewestRounds} are shown and not kept.");
        var command = new Command("compare", "Measures this library beside libtorch, ONNX Runtime and OpenBLAS, in turns, and writes bench/results/compare.md and .json.")
        {
            names, rounds, Common.Threads,
        };
        command.SetAction(parsed => Run(parsed.GetValue(names) ?? [], parsed.GetValue(rounds), parsed.GetValue(Common.Threads)));
        return command;
    }

    private static int Run(string[] names, int rounds, int threads)
    {
        var engines = new Engines();
        foreach (var engine in engines.All) Console.Error.WriteLine($"{engine.Name,-14} {engine.Version ?? $"absent: {engine.Absence}"}");
        string folder = Directory.CreateTempSubdirectory("deepsharp-compare-").FullName;
        try
        {
            var all = new CompareCases(engines, threads, folder).All();
            CompareCase[] chosen = [.. all.Where(one => names.Length == 0 || names.Contains(one.Group) || names.Contains(one.Name))];
            if (Array.Find(names, name => !Array.Exists(chosen, one => one.Group == name || one.Name == name)) is { } unknown)
            {
                Console.Error.WriteLine($"bench: there is no group or case \"{unknown}\"; expected {string.Join(", ", CompareCases.Groups.Keys)}, or a name from their tables.");
                return 2;
            }

            var versions = engines.All.ToDictionary(engine => engine.Name, engine => engine.Version ?? $"absent ({engine.Absence})");
            List<CaseResult> results = rounds < FewestRounds ? [] : [.. CompareResults.Earlier()];
            foreach (var one in chosen)
            {
                var result = Comparison.Run(one, rounds, threads);
                Show(result);
                results.RemoveAll(earlier => (earlier.Group, earlier.Name) == (one.Group, one.Name));
                results.Add(result);
                // After every case, so that a run that is stopped leaves what it has.
                if (rounds >= FewestRounds) InOrder(results, versions, all).Save();
            }

            if (rounds < FewestRounds) Console.WriteLine(CompareTables.All(InOrder(results, versions, all)));
            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static CompareResults InOrder(List<CaseResult> results, Dictionary<string, string> versions, IReadOnlyList<CompareCase> all)
    {
        List<(string, string)> order = [.. all.Select(one => (one.Group, one.Name))];
        return new CompareResults
        {
            Machine = CompareResults.ThisMachine,
            Versions = versions,
            Cases = [.. results.OrderBy(result => order.IndexOf((result.Group, result.Name)))],
        };
    }

    private static void Show(CaseResult result)
    {
        var ours = result.Contenders[0];
        var others = result.Contenders.Skip(1).Select(other => other.Rate > 0 ? FormattableString.Invariant($"{ours.Rate / other.Rate:0.00} × {other.Name}") : $"{other.Name} absent");
        Console.Error.WriteLine(FormattableString.Invariant($"{result.Group,-20} {result.Name,-30} {ours.MedianMs,10:0.000} ms  {string.Join(", ", others)}{(ours.Absence is null ? "" : $"  {ours.Absence}")}"));
    }
}

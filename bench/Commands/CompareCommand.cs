using System.CommandLine;
using DeepSharp.Bench.Compare;

namespace DeepSharp.Bench.Commands;

/// <summary><c>bench compare [CASES…]</c>: compares this library with libtorch, ONNX Runtime and OpenBLAS, which take turns.</summary>
internal static class CompareCommand
{
    private const int MinRounds = 5, MinRoundsAgainst = 9;

    // The rounds after which processes restart. Other engines take seconds to start. Two builds of this library restart after every round
    // instead, to resolve differences of a few percent.
    private const int RoundsPerProcess = 2;

    public static Command Create()
    {
        var names = new Argument<string[]>("cases")
        {
            Description = $"Groups ({string.Join(", ", CompareCases.Groups.Keys)}) or single cases, named as in the tables; "
                + "by default, all.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var rounds = new Option<int?>("--rounds")
        {
            Description = $"Rounds of each contender; by default, {MinRounds}, or {MinRoundsAgainst} against an older build. "
                + "Results of fewer rounds are printed but not stored.",
        };
        var against = new Option<string?>("--against")
        {
            Description = "Compare with an older build of this library instead, in the first four groups: the folder of a checkout in "
                + "which bench is built. The results are printed, and stored only in history.jsonl.",
        };
        var command = new Command(
            "compare",
            "Compares this library with libtorch, ONNX Runtime and OpenBLAS, which take turns, and stores the results in bench/results.")
        {
            names, rounds, against, Common.Threads,
        };
        command.SetAction(parsed => Run(
            parsed.GetValue(names) ?? [], parsed.GetValue(rounds), parsed.GetValue(against), parsed.GetValue(Common.Threads)));
        return command;
    }

    private static int Run(string[] names, int? requestedRounds, string? against, int threads)
    {
        var engines = new Engines();
        var older = against is null ? null : Engines.Older(against);
        Engine[] all = older is null ? [.. engines.All] : [engines.DeepSharp, older];
        int minRounds = older is null ? MinRounds : MinRoundsAgainst, rounds = requestedRounds ?? minRounds;
        if (rounds < 1) throw new ArgumentException($"--rounds must be at least 1, found {rounds}.");
        foreach (var engine in all) Console.Error.WriteLine($"{engine.Name,-14} {engine.Version ?? $"absent: {engine.Absence}"}");
        string folder = Directory.CreateTempSubdirectory("deepsharp-compare-").FullName;
        try
        {
            var cases = new CompareCases(engines, threads, folder, older).All();
            CompareCase[] chosen = [.. cases.Where(one => names.Length == 0 || names.Contains(one.Group) || names.Contains(one.Name))];
            if (Array.Find(names, name => !Array.Exists(chosen, one => one.Group == name || one.Name == name)) is { } unknown)
            {
                string groups = string.Join(", ", CompareCases.Groups.Keys);
                Console.Error.WriteLine($"bench: there is no group or case \"{unknown}\"; expected {groups}, or a name from their tables.");
                return 2;
            }

            var versions = all.ToDictionary(engine => engine.Name, engine => engine.Version ?? $"absent ({engine.Absence})");
            bool keeps = rounds >= minRounds, replaces = keeps && older is null;
            List<CaseResult> results = replaces ? [.. CompareResults.Earlier()] : [];
            foreach (var one in chosen)
            {
                var result = Comparison.Run(one, rounds, older is null ? RoundsPerProcess : 1, threads);
                Show(result);
                results.RemoveAll(earlier => (earlier.Group, earlier.Name) == (one.Group, one.Name));
                results.Add(result);
                // Saves after every case, so that an interrupted run keeps its results.
                var ordered = InOrder(results, versions, cases);
                if (keeps) ordered.AddToHistory(result);
                if (replaces) ordered.Save();
            }

            if (!replaces) Console.WriteLine(CompareTables.All(InOrder(results, versions, cases)));
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
        var others = result.Contenders.Skip(1).Select(other =>
            other.Rate > 0 ? FormattableString.Invariant($"{ours.Rate / other.Rate:0.00} × {other.Name}") : $"{other.Name} absent");
        string time = FormattableString.Invariant($"{result.Group,-20} {result.Name,-30} {ours.MedianMs,10:0.000} ms");
        Console.Error.WriteLine($"{time}  {string.Join(", ", others)}{(ours.Absence is null ? "" : $"  {ours.Absence}")}");
    }
}

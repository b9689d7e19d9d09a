using System.CommandLine;
using DeepSharp.Bench.Compare;
using DeepSharp.Bench.Measuring;

namespace DeepSharp.Bench.Commands;

/// <summary><c>bench readme</c>: writes the README's table from <c>bench/results/compare.json</c>.</summary>
internal static class ReadmeCommand
{
    private const string Begin = "<!-- Written by bench -- readme: begin -->", End = "<!-- end -->";

    public static Command Create()
    {
        var command = new Command("readme", "Writes the README's table of speeds from bench/results/compare.json.");
        command.SetAction(_ =>
        {
            if (!File.Exists(CompareResults.Path))
            {
                Console.Error.WriteLine($"bench: there is no {CompareResults.Path}; bench compare writes it.");
                return 1;
            }

            string path = Path.Combine(Repository.Root, "README.md"), text = File.ReadAllText(path);
            int begin = text.IndexOf(Begin, StringComparison.Ordinal), end = begin < 0 ? -1 : text.IndexOf(End, begin, StringComparison.Ordinal);
            if (end < 0)
            {
                Console.Error.WriteLine($"bench: README.md has no lines \"{Begin}\" and \"{End}\" for the table to stand between.");
                return 1;
            }

            File.WriteAllText(path, $"{text[..(begin + Begin.Length)]}\n{CompareTables.Readme(CompareResults.Load())}{text[end..]}");
            return 0;
        });
        return command;
    }
}

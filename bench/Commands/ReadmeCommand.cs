using System.CommandLine;
using DeepSharp.Bench.Compare;
using DeepSharp.Bench.Measuring;

namespace DeepSharp.Bench.Commands;

/// <summary><c>bench readme</c>: writes the tables of the README from <c>bench/results/compare.json</c>.</summary>
internal static class ReadmeCommand
{
    private const string Begin = "<!-- Written by bench -- readme: begin -->", End = "<!-- end -->";

    public static Command Create()
    {
        var command = new Command("readme", "Writes the performance tables of the README from bench/results/compare.json.");
        command.SetAction(_ =>
        {
            if (!File.Exists(CompareResults.Path))
            {
                Console.Error.WriteLine($"bench: there is no file {CompareResults.Path}; run bench compare first.");
                return 1;
            }

            string path = Path.Combine(Repository.Root, "README.md"), text = File.ReadAllText(path);
            int begin = text.IndexOf(Begin, StringComparison.Ordinal);
            int end = begin < 0 ? -1 : text.IndexOf(End, begin, StringComparison.Ordinal);
            if (end < 0)
            {
                Console.Error.WriteLine($"bench: README.md must have the lines \"{Begin}\" and \"{End}\" around the tables.");
                return 1;
            }

            File.WriteAllText(path, $"{text[..(begin + Begin.Length)]}\n{CompareTables.Readme(CompareResults.Load())}{text[end..]}");
            return 0;
        });
        return command;
    }
}

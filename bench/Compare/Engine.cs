using System.ComponentModel;
using System.Diagnostics;
using DeepSharp.Bench.Measuring;

namespace DeepSharp.Bench.Compare;

/// <summary>A program that computes the work of a case: this library, or one to compare it with.</summary>
/// <param name="Name">What tables call it.</param>
/// <param name="File">The executable.</param>
/// <param name="Arguments">What comes before the arguments of a case.</param>
/// <param name="Version">Its version; null where it is absent.</param>
/// <param name="Absence">Why it is absent.</param>
internal sealed record Engine(string Name, string File, IReadOnlyList<string> Arguments, string? Version = null, string? Absence = null)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    /// <summary>Variables of its environment; those that are null are removed.</summary>
    public IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>();

    /// <summary>How to start it.</summary>
    public ProcessStartInfo Start(IEnumerable<string> arguments, int threads)
    {
        var start = new ProcessStartInfo(File, [.. Arguments, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Repository.Root,
        };
        start.Environment["OMP_NUM_THREADS"] = $"{threads}";
        foreach (var (variable, value) in Environment) start.Environment[variable] = value;
        return start;
    }

    /// <summary>Runs it to its end.</summary>
    /// <returns>Its exit code (−1 where it cannot be started), and what it wrote.</returns>
    public (int ExitCode, string Output, string Error) Run(IEnumerable<string> arguments, int threads = 1, TimeSpan? patience = null)
    {
        try
        {
            using var process = Process.Start(Start(arguments, threads))!;
            process.StandardInput.Close();
            var output = process.StandardOutput.ReadToEndAsync();
            var error = process.StandardError.ReadToEndAsync();
            if (process.WaitForExit(patience ?? Patience)) return (process.ExitCode, output.Result.Trim(), error.Result.Trim());
            process.Kill();
            return (-1, "", "it did not end");
        }
        catch (Win32Exception)
        {
            // Its message names folders of this machine, and tables are published.
            return (-1, "", "not installed");
        }
    }

    /// <summary>The engine with the version that it prints without further arguments, or with the reason why it does not.</summary>
    public Engine Asked()
    {
        var (exitCode, output, error) = Run([]);
        return exitCode == 0 ? this with { Version = output } : this with { Absence = error.Split('\n')[0] };
    }
}

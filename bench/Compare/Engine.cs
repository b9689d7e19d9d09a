using System.ComponentModel;
using System.Diagnostics;
using DeepSharp.Bench.Measuring;

namespace DeepSharp.Bench.Compare;

/// <summary>A program that does the work of a case: this library, or an engine to compare it with.</summary>
/// <param name="Name">The name of the engine in tables.</param>
/// <param name="File">The executable.</param>
/// <param name="Arguments">The arguments that precede those of a case.</param>
/// <param name="Version">The version; null if the engine is absent.</param>
/// <param name="Absence">Why the engine is absent; null if it is present.</param>
internal sealed record Engine(string Name, string File, IReadOnlyList<string> Arguments, string? Version = null, string? Absence = null)
{
    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromMinutes(1);

    /// <summary>The environment variables to set; a null value removes the variable.</summary>
    public IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>();

    /// <summary>Describes how to start the engine.</summary>
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

    /// <summary>Runs the engine until it exits.</summary>
    /// <returns>
    /// The exit code, standard output and standard error. If the engine cannot be started or times out, −1, no output, and the reason.
    /// </returns>
    public (int ExitCode, string Output, string Error) Run(IEnumerable<string> arguments, int threads = 1, TimeSpan? timeout = null)
    {
        try
        {
            using var process = Process.Start(Start(arguments, threads))!;
            process.StandardInput.Close();
            var output = process.StandardOutput.ReadToEndAsync();
            var error = process.StandardError.ReadToEndAsync();
            if (process.WaitForExit(timeout ?? DefaultTimeout)) return (process.ExitCode, output.Result.Trim(), error.Result.Trim());
            process.Kill();
            return (-1, "", "it timed out");
        }
        catch (Win32Exception)
        {
            // The message of the exception is not used, because it contains local paths and the tables are published.
            return (-1, "", "not installed");
        }
    }

    /// <summary>Runs the engine without further arguments, and adds the version that it prints, or the reason for its absence.</summary>
    public Engine WithVersion()
    {
        var (exitCode, output, error) = Run([]);
        return exitCode == 0 ? this with { Version = output } : this with { Absence = error.Split('\n')[0] };
    }
}

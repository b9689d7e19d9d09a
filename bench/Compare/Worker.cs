using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace DeepSharp.Bench.Compare;

/// <summary>A process that prepares the work of a case, runs rounds of it, and waits between them.</summary>
/// <seealso cref="Measuring.Serving"/>
internal sealed class Worker : IDisposable
{
    private readonly Process process;
    private readonly Task<string> error;
    private readonly string name;

    /// <summary>Starts the process and waits until it has warmed up.</summary>
    /// <exception cref="InvalidOperationException">The process ended. The message contains the first line of its errors.</exception>
    public Worker(Contender contender, double seconds)
    {
        name = contender.Name;
        string[] warmUp = ["--threads", $"{contender.Threads}", "--seconds", seconds.ToString(CultureInfo.InvariantCulture)];
        var start = contender.Engine.Start([.. contender.Arguments, .. warmUp], contender.Threads);
        process = Process.Start(start)!;
        error = process.StandardError.ReadToEndAsync();
        var ready = Read();
        FirstMs = ready.GetProperty("first_ms").GetDouble();
        Detail = ready.GetProperty("detail").GetString()!;
    }

    /// <summary>The time of the first run in milliseconds, including compilation.</summary>
    public double FirstMs { get; }

    /// <summary>How the work is done, if the engine has a choice.</summary>
    public string Detail { get; }

    /// <summary>Runs the work for about <paramref name="seconds"/>. Returns the median time of a run in milliseconds.</summary>
    /// <exception cref="InvalidOperationException">The process ended.</exception>
    public double Round(double seconds)
    {
        process.StandardInput.WriteLine(seconds.ToString(CultureInfo.InvariantCulture));
        process.StandardInput.Flush();
        return Read().GetProperty("median_ms").GetDouble();
    }

    /// <summary>Ends the process. Returns its peak resident memory in millions of bytes.</summary>
    /// <exception cref="InvalidOperationException">The process ended before it reported its memory.</exception>
    public double End()
    {
        process.StandardInput.Close();
        double peak = Read().GetProperty("peak_memory_mb").GetDouble();
        process.WaitForExit();
        return peak;
    }

    /// <summary>Ends the process if it still runs.</summary>
    public void Dispose()
    {
        if (!process.HasExited) process.Kill();
        process.Dispose();
    }

    private JsonElement Read()
    {
        if (process.StandardOutput.ReadLine() is { } line) return JsonDocument.Parse(line).RootElement;
        process.WaitForExit();
        throw new InvalidOperationException($"{name} exited with code {process.ExitCode}: {error.Result.Trim().Split('\n')[0]}");
    }
}

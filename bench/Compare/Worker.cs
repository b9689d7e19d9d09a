using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace DeepSharp.Bench.Compare;

/// <summary>A process that keeps the work of a case ready and runs rounds of it; it sleeps in between. See <see cref="Measuring.Serving"/>.</summary>
internal sealed class Worker : IDisposable
{
    private readonly Process process;
    private readonly Task<string> error;
    private readonly string name;

    /// <summary>Starts the process and waits until it is warm.</summary>
    /// <exception cref="InvalidOperationException">It ended; the message holds what it said last.</exception>
    public Worker(Contender contender, double seconds)
    {
        name = contender.Name;
        string[] warmUp = ["--threads", $"{contender.Threads}", "--seconds", seconds.ToString(CultureInfo.InvariantCulture)];
        var start = contender.Engine.Start([.. contender.Arguments, .. warmUp], contender.Threads);
        process = Process.Start(start)!;
        error = process.StandardError.ReadToEndAsync();
        var ready = Hear();
        FirstMs = ready.GetProperty("first_ms").GetDouble();
        Detail = ready.GetProperty("detail").GetString()!;
    }

    /// <summary>The milliseconds of the first run, compilation included.</summary>
    public double FirstMs { get; }

    /// <summary>How the work is done, where the engine has a choice.</summary>
    public string Detail { get; }

    /// <summary>Runs the work for about so long; the median in milliseconds.</summary>
    public double Round(double seconds)
    {
        process.StandardInput.WriteLine(seconds.ToString(CultureInfo.InvariantCulture));
        process.StandardInput.Flush();
        return Hear().GetProperty("median_ms").GetDouble();
    }

    /// <summary>Ends the process; the peak of its resident memory in millions of bytes.</summary>
    public double End()
    {
        process.StandardInput.Close();
        double peak = Hear().GetProperty("peak_memory_mb").GetDouble();
        process.WaitForExit();
        return peak;
    }

    /// <summary>Ends the process if it still runs.</summary>
    public void Dispose()
    {
        if (!process.HasExited) process.Kill();
        process.Dispose();
    }

    private JsonElement Hear()
    {
        if (process.StandardOutput.ReadLine() is { } line) return JsonDocument.Parse(line).RootElement;
        process.WaitForExit();
        throw new InvalidOperationException($"{name} ended with {process.ExitCode}: {error.Result.Trim().Split('\n')[0]}");
    }
}

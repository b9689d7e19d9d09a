using System.Globalization;
using System.Text.Json.Nodes;
using DeepSharp.Tensors;

namespace DeepSharp.Bench.Measuring;

/// <summary>The protocol between <c>bench compare</c> and its worker processes, which write one JSON object per line.</summary>
/// <remarks>
/// A worker process writes its first line after the warm-up: the time of the first run, and how the work is done. Each line on standard
/// input then starts a round and states its duration in seconds; the reply is the median time of the runs. At the end of the input, the
/// process writes its peak resident memory.
/// </remarks>
internal static class Serving
{
    /// <summary>Runs rounds until the input ends.</summary>
    /// <param name="work">The work to time.</param>
    /// <param name="detail">How the work is done, if there is a choice: an algorithm, a layout or a kernel.</param>
    /// <param name="warmUpSeconds">The maximum duration of the warm-up, in seconds.</param>
    public static void Run(Action work, string detail, double warmUpSeconds)
    {
        Write(new JsonObject { ["first_ms"] = Timing.WarmUp(work, warmUpSeconds), ["detail"] = detail });
        while (Console.ReadLine() is { } line)
            Write(new JsonObject { ["median_ms"] = Timing.Median(Timing.Repeat(work, double.Parse(line, CultureInfo.InvariantCulture))) });
        Write(new JsonObject { ["peak_memory_mb"] = MachineInfo.PeakMemoryMegabytes });
    }

    private static void Write(JsonObject line) => Console.WriteLine(line.ToJsonString());
}

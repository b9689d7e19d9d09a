using System.Globalization;
using System.Text.Json.Nodes;
using DeepSharp.Tensors;

namespace DeepSharp.Bench.Measuring;

/// <summary>What a worker of <c>bench compare</c> says and reads: one JSON object a line.</summary>
/// <remarks>
/// The first line of standard output says that the work is warm. Each line of standard input then holds the seconds of a round and is answered by the
/// median of its runs. At the end of the input comes the peak of the resident memory.
/// </remarks>
internal static class Serving
{
    /// <summary>Runs rounds until the input ends.</summary>
    /// <param name="work">The work to time.</param>
    /// <param name="detail">How it is done, where there is a choice: an algorithm, a layout, a kernel.</param>
    /// <param name="warmUpSeconds">How long to warm up, at most.</param>
    public static void Run(Action work, string detail, double warmUpSeconds)
    {
        Write(new JsonObject { ["first_ms"] = Timing.WarmUp(work, warmUpSeconds), ["detail"] = detail });
        while (Console.ReadLine() is { } line)
            Write(new JsonObject { ["median_ms"] = Timing.Median(Timing.Repeat(work, double.Parse(line, CultureInfo.InvariantCulture))) });
        Write(new JsonObject { ["peak_memory_mb"] = MachineInfo.PeakMemoryMegabytes });
    }

    private static void Write(JsonObject line) => Console.WriteLine(line.ToJsonString());
}

using System.CommandLine;
using System.Text.Json.Nodes;
using DeepSharp.Bench.Measuring;
using DeepSharp.Tensors;

namespace DeepSharp.Bench.Commands;

/// <summary><c>bench peak</c>: the peak rates of the machine.</summary>
internal static class PeakCommand
{
    // Threads are assumed to share cores if together they reach less than this fraction of a single thread's peak times their number.
    private const double MinScalingOfSeparateCores = 0.75;

    public static Command Create()
    {
        var command = new Command("peak", "Measures the peak of multiply-adds, bandwidths, and the time to hand work to threads.")
        {
            Common.Threads, Common.Json,
        };
        command.SetAction(parsed =>
        {
            using var context = Common.Context(parsed);
            using var single = new ComputeContext(context.Options with { Workers = 1 });
            double alone = Peak.GFlops(single), together = Peak.GFlops(context);
            Common.Print(parsed, context, new JsonObject
            {
                ["threads"] = context.Workers.Count,
                ["vector_bits"] = (int)context.VectorWidth,
                ["gflops"] = Math.Round(together, 1),
                ["gflops_of_one_thread"] = Math.Round(alone, 1),
                ["threads_share_a_core"] = together < MinScalingOfSeparateCores * context.Workers.Count * alone,
                ["copy_gbytes_per_second"] = Math.Round(Peak.CopyGBytes(context), 1),
                ["read_gbytes_per_second"] = Math.Round(Peak.ReadGBytes(context), 1),
                ["second_level_cache_gbytes_per_second"] = Math.Round(Peak.CacheGBytes(context), 1),
                ["hand_off_us"] = Math.Round(Peak.HandOffMicroseconds(context), 2),
            });
        });
        return command;
    }
}

using System.CommandLine;
using System.Text.Json.Nodes;
using DeepSharp.Bench.Measuring;

namespace DeepSharp.Bench.Commands;

/// <summary><c>bench peak</c>: what the machine can do at most.</summary>
internal static class PeakCommand
{
    public static Command Create()
    {
        var command = new Command("peak", "Measures the multiply-add peak and the copy bandwidth.") { Common.Threads, Common.Json };
        command.SetAction(parsed =>
        {
            using var context = Common.Context(parsed);
            Common.Print(parsed, new JsonObject
            {
                ["threads"] = context.Workers.Count,
                ["vector_bits"] = (int)context.VectorWidth,
                ["gflops"] = Math.Round(Peak.GFlops(context), 1),
                ["copy_gbytes_per_second"] = Math.Round(Peak.CopyGBytes(context), 1),
            });
        });
        return command;
    }
}

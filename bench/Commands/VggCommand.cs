using System.CommandLine;
using System.Text.Json.Nodes;
using DeepSharp.Bench.Measuring;
using DeepSharp.Tensors;

namespace DeepSharp.Bench.Commands;

/// <summary><c>bench vgg CASE</c>: training steps or inference of a whole network.</summary>
internal static class VggCommand
{
    public static Command Create()
    {
        var name = new Argument<string>("case")
        {
            Description = "Training or inference, image size, configuration, batch normalization, and batch size.",
        };
        name.AcceptOnlyFromAmong([.. VggCase.All.Select(vggCase => vggCase.Name)]);
        var seconds = Common.Number("--seconds", 10, "Seconds of measurement.");
        var profile = new Option<bool>("--profile") { Description = "Print the time of each operation, by pass, to standard error." };
        var command = new Command("vgg", "Times training steps or inference of a whole network.")
        {
            name, seconds, Common.Algorithm, profile, Common.Threads, Common.Json,
        };
        command.SetAction(parsed =>
        {
            var vggCase = VggCase.All.Single(candidate => candidate.Name == parsed.GetValue(name));
            using var context = Common.Context(parsed, parsed.GetValue(Common.Algorithm));
            var step = vggCase.Prepare(context);
            var timing = Timing.Of(step, parsed.GetValue(seconds));
            if (parsed.GetValue(profile)) PrintProfile(vggCase, context);
            Common.Print(parsed, context, new JsonObject
            {
                ["case"] = vggCase.Name,
                ["threads"] = context.Workers.Count,
                ["median_ms"] = Math.Round(timing.MedianMs, 3),
                ["mean_ms"] = Math.Round(timing.MeanMs, 3),
                ["images_per_second"] = Math.Round(1000 * vggCase.Batch / timing.MeanMs, 2),
                ["peak_memory_mb"] = Math.Round(MachineInfo.PeakMemoryMegabytes, 1),
                ["first_ms"] = Math.Round(timing.FirstMs, 1),
            });
        });
        return command;
    }

    private static void PrintProfile(VggCase vggCase, ComputeContext measured)
    {
        const int Steps = 10;
        var profiler = new Profiler();
        using var context = new ComputeContext(measured.Options with { Profiler = profiler });
        var step = vggCase.Prepare(context);
        for (int i = 0; i < 3; i++) step();
        profiler.Reset();
        for (int i = 0; i < Steps; i++)
        {
            using (context.ProfileStep()) step();
        }

        Console.Error.Write(new ProfileReport(profiler));
    }
}

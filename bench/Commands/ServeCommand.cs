using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using DeepSharp.Bench.Measuring;
using DeepSharp.Tensors;

namespace DeepSharp.Bench.Commands;

/// <summary><c>bench serve NAME</c>: the library's worker of <c>bench compare</c>; <c>bench/serving.py</c> describes what it says and hears.</summary>
internal static class ServeCommand
{
    public static Command Create()
    {
        var name = new Argument<string>("work") { Description = "What to keep ready." };
        var seconds = new Option<double>("--seconds") { Description = "Of warm-up.", DefaultValueFactory = _ => 1 };
        var command = new Command("serve", "Runs rounds of one piece of work, as standard input asks for them.") { name, seconds, Common.Threads };
        command.Hidden = true;
        command.SetAction(parsed =>
        {
            using var context = Common.Context(parsed);
            var (work, detail) = NamedWork.Prepare(parsed.GetValue(name)!, context);
            Say(new JsonObject { ["first_ms"] = Timing.WarmUp(work, parsed.GetValue(seconds)), ["detail"] = detail });
            while (Console.ReadLine() is { } line)
                Say(new JsonObject { ["median_ms"] = Timing.Median(Timing.Repeat(work, double.Parse(line, CultureInfo.InvariantCulture))) });
            Say(new JsonObject { ["peak_memory_mb"] = MachineInfo.PeakMemoryMegabytes });
        });
        return command;
    }

    private static void Say(JsonObject line) => Console.WriteLine(line.ToJsonString());
}

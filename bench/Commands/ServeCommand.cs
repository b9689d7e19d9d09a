using System.CommandLine;
using DeepSharp.Bench.Measuring;

namespace DeepSharp.Bench.Commands;

/// <summary><c>bench serve NAME</c>: DeepSharp as a worker process of <c>bench compare</c>; see <see cref="Serving"/>.</summary>
internal static class ServeCommand
{
    public static Command Create()
    {
        var name = new Argument<string>("work") { Description = "A case of bench vgg, conv/SHAPE/PASS, gemm/SHAPE, or memory/KERNEL." };
        var command = new Command("serve", "Times a round of work for each line of standard input.")
        {
            name, Common.WarmUp, Common.Threads,
        };
        command.Hidden = true;
        command.SetAction(parsed =>
        {
            using var context = Common.Context(parsed);
            var (work, detail) = NamedWork.Prepare(parsed.GetValue(name)!, context);
            Serving.Run(work, detail, parsed.GetValue(Common.WarmUp));
        });
        return command;
    }
}

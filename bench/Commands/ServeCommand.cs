using System.CommandLine;
using DeepSharp.Bench.Measuring;

namespace DeepSharp.Bench.Commands;

/// <summary><c>bench serve NAME</c>: the library's worker of <c>bench compare</c>, see <see cref="Serving"/>.</summary>
internal static class ServeCommand
{
    public static Command Create()
    {
        var name = new Argument<string>("work") { Description = "What to keep ready." };
        var command = new Command("serve", "Runs rounds of one piece of work, as standard input asks for them.") { name, Common.WarmUp, Common.Threads };
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

using System.CommandLine;
using DeepSharp.Formats;

namespace DeepSharp.Cli.Output;

/// <summary>Reports a failed command by one line on standard error, and returns the exit code.</summary>
internal static class Failure
{
    private const int Failed = 1, Usage = 2;

    /// <summary>Reports a command line that cannot be parsed.</summary>
    public static int WrongUsage(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        string name = command is RootCommand ? "deepsharp" : $"deepsharp {command.Name}";
        string problem = (command, parsed.UnmatchedTokens) switch
        {
            (RootCommand, []) => $"Expected {Commands(command)}, found no command.",
            (RootCommand, [var unknown, ..]) => $"Expected {Commands(command)}, found \"{unknown}\".",
            (_, [var unknown, ..]) => $"{command.Name} does not take \"{unknown}\".",
            _ => string.Join(' ', parsed.Errors.Select(error => error.Message)),
        };
        return Report($"{problem} See {name} --help.", Usage);
    }

    /// <summary>Reports an exception. The exit code is 2 for an invalid argument, else 1.</summary>
    public static int Report(Exception error) => Report(Message(error), error is ArgumentException ? Usage : Failed);

    private static string Commands(Command root) =>
        string.Join(", ", root.Subcommands.SkipLast(1).Select(command => command.Name)) + $" or {root.Subcommands[^1].Name}";

    private static int Report(string message, int exitCode)
    {
        Console.Error.WriteLine($"deepsharp: {message.ReplaceLineEndings(" ")}");
        return exitCode;
    }

    // The message without the parameter name, which is meaningless on the command line.
    private static string Message(Exception error) => error switch
    {
        ArgumentException argument => argument.Reason(),
        OutOfMemoryException => "There is not enough memory; use a smaller model or batch size.",
        _ => error.Message,
    };
}

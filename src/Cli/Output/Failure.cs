namespace DeepSharp.Cli.Output;

/// <summary>Ends a command that failed: one line on standard error, and the exit code.</summary>
internal static class Failure
{
    private const int Failed = 1, Usage = 2;

    /// <summary>The command line cannot be understood.</summary>
    public static int WrongUsage(string message) => Report($"{message} See deepsharp --help.", Usage);

    /// <summary>A command failed: 2 where it was asked for something impossible, else 1.</summary>
    public static int Report(Exception error) => Report(Message(error), error is ArgumentException ? Usage : Failed);

    private static int Report(string message, int exitCode)
    {
        Console.Error.WriteLine($"deepsharp: {message.ReplaceLineEndings(" ")}");
        return exitCode;
    }

    // Names of parameters are for programmers.
    private static string Message(Exception error) => error switch
    {
        ArgumentException { ParamName: { } name } => error.Message.Split($" (Parameter '{name}')")[0],
        OutOfMemoryException => "There is not enough memory; use a smaller model or batch size.",
        _ => error.Message,
    };
}

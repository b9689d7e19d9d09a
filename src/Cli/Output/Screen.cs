using Spectre.Console;

namespace DeepSharp.Cli.Output;

/// <summary>Human-readable output: tables, progress and lines, in color on a terminal, else as plain text.</summary>
internal static class Screen
{
    // The assumed width of output that is not a terminal. It is large, so that tables are not squeezed.
    private const int WidthWithoutTerminal = 160;

    /// <summary>Creates a console on standard output, or on standard error if standard output is reserved for JSON.</summary>
    public static IAnsiConsole Open(bool json)
    {
        var output = new AnsiConsoleOutput(json ? Console.Error : Console.Out);
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = output,
            Ansi = output.IsTerminal ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = output.IsTerminal ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = output.IsTerminal ? InteractionSupport.Detect : InteractionSupport.No,
        });
        if (!output.IsTerminal) console.Profile.Width = WidthWithoutTerminal;
        return console;
    }

    extension(IAnsiConsole console)
    {
        /// <summary>Whether lines can be redrawn.</summary>
        public bool CanRedraw => console.Profile.Capabilities is { Ansi: true, Interactive: true };

        /// <summary>Writes a line. Output that is not a terminal is not wrapped.</summary>
        public void Line(string text)
        {
            // On a terminal, the console redraws the progress bar, if there is one, below the line.
            if (console.CanRedraw) console.WriteLine(text);
            else console.Profile.Out.Writer.WriteLine(text);
        }
    }
}

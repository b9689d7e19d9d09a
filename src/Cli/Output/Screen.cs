using Spectre.Console;

namespace DeepSharp.Cli.Output;

/// <summary>What people read: tables, progress and lines, in colour on a terminal and plain elsewhere.</summary>
internal static class Screen
{
    // Where nothing says how wide a line may be, tables are not squeezed.
    private const int WidthWithoutTerminal = 160;

    /// <summary>Standard output, or standard error where standard output is for programs.</summary>
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

        /// <summary>Writes a line as it is, however long.</summary>
        public void Line(string text)
        {
            // On a terminal through the console, which keeps a progress bar below it.
            if (console.CanRedraw) console.WriteLine(text);
            else console.Profile.Out.Writer.WriteLine(text);
        }
    }
}

using System.CommandLine;
using System.Globalization;
using DeepSharp.Cli.Options;
using DeepSharp.Cli.Output;
using DeepSharp.Tensors;
using DeepSharp.Vgg;
using Spectre.Console;

namespace DeepSharp.Cli.Commands;

/// <summary><c>deepsharp summary</c>.</summary>
internal sealed class SummaryCommand
{
    private readonly ModelOptions model = new();
    private readonly Option<int[]?> input = Numbers.Counts("--input", 4, "The shape of the images: number, channels, height, width. [default: 1,3,32,32]", "2,3,224,224");
    private readonly Option<int?> classes = Numbers.Count("--classes", "The number of classes. [default: 1000 with the imagenet head, else 10]");
    private readonly Option<bool> json = new("--json") { Description = "Prints the summary as one line of JSON." };

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var summary = new SummaryCommand();
        var command = new Command("summary", "Shows the layers of a network: output shapes, parameters, multiply-adds, receptive fields.");
        foreach (var option in (IEnumerable<Option>)[.. summary.model.All, summary.input, summary.classes, summary.json]) command.Options.Add(option);
        command.SetAction(summary.Run);
        return command;
    }

    private int Run(ParseResult parsed)
    {
        // An option of a list that was not given is an empty list.
        Shape shape = parsed.GetValue(input) is [_, ..] lengths ? new(lengths) : [1, 3, 32, 32];
        var plan = model.Plan(parsed, VggNames.Small, shape[1], Math.Min(shape[2], shape[3]), parsed.GetValue(classes));
        var summary = new ModelSummary(plan, shape);
        string name = VggNames.Of(plan);
        if (parsed.GetValue(json)) Reports.Print(Report(name, summary), Reports.Default.SummaryReport);
        else Show(name, summary, Screen.Open(json: false));
        return 0;
    }

    private static void Show(string name, ModelSummary summary, IAnsiConsole screen)
    {
        var table = new Table().RoundedBorder().Title(Markup.Escape($"{name}, input {summary.InputShape}"));
        table.AddColumns("Layer", "Kind", "Output");
        foreach (string title in (string[])["Parameters", "Share", "Multiply-adds", "Receptive field"]) table.AddColumn(new TableColumn(title).RightAligned());
        foreach (var layer in summary.Layers)
        {
            table.AddRow([.. new[]
            {
                layer.Key, layer.Kind, layer.OutputShape.ToString(), Number(layer.ParameterCount), layer.ParameterShare.ToString("0.0%", CultureInfo.InvariantCulture),
                Number(layer.MultiplyAdds), Number(layer.ReceptiveField),
            }.Select(Markup.Escape)]);
        }

        screen.Write(table);
        screen.Line($"{Number(summary.ParameterCount)} parameters, {Number(summary.MultiplyAdds)} multiply-adds for {Count(summary.InputShape[0], "image")}");
    }

    private static SummaryReport Report(string name, ModelSummary summary) => new(
        name, summary.InputShape.ToArray(), summary.ParameterCount, summary.MultiplyAdds,
        [.. summary.Layers.Select(layer => new LayerReport(
            layer.Key, layer.Kind, layer.OutputShape.ToArray(), layer.ParameterCount, layer.ParameterShare, layer.MultiplyAdds, layer.ReceptiveField))]);

    private static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private static string Count(int number, string what) => number == 1 ? $"1 {what}" : $"{number} {what}s";
}

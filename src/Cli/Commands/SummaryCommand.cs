using System.CommandLine;
using System.Globalization;
using DeepSharp.Cli.Options;
using DeepSharp.Cli.Output;
using DeepSharp.Tensors;
using DeepSharp.Vgg;
using Spectre.Console;

namespace DeepSharp.Cli.Commands;

/// <summary>
/// <c>deepsharp summary</c>: the table that torchinfo (a tool for PyTorch) prints, with receptive fields and algorithms in addition.
/// </summary>
internal sealed class SummaryCommand
{
    private const double BytesPerMegabyte = 1e6;

    private readonly ModelOptions model = new();

    private readonly Option<int[]?> input = Numbers.Counts(
        "--input", 4, "The shape of the input: number of images, channels, height, width. [default: 1,3,32,32]", "2,3,224,224");

    private readonly Option<int?> classes =
        Numbers.Count("--classes", "The number of classes. [default: 1000 with the imagenet head, else 10]");

    private readonly Option<bool> json = new("--json") { Description = "Prints the summary as one line of JSON." };

    /// <summary>Creates the command.</summary>
    public static Command Create()
    {
        var summary = new SummaryCommand();
        var command = new Command(
            "summary", "Shows the layers of a network: output shapes, parameters, multiply-adds, receptive fields, algorithms.");
        IEnumerable<Option> options = [.. summary.model.All, summary.input, summary.classes, summary.json];
        foreach (var option in options) command.Options.Add(option);
        command.SetAction(summary.Run);
        return command;
    }

    private int Run(ParseResult parsed)
    {
        // The value of an omitted list option is an empty list.
        Shape shape = parsed.GetValue(input) is [_, ..] lengths ? new(lengths) : [1, 3, 32, 32];
        var description = model.Description(parsed, VggNames.Small, shape[1], Math.Min(shape[2], shape[3]), parsed.GetValue(classes));
        using var network = description.CreateModel<float>();
        var summary = ModelSummary.Of(network, shape);
        string name = description.Name;
        if (parsed.GetValue(json)) Reports.Print(Report(name, summary), Reports.Default.SummaryReport);
        else Show(name, summary, Screen.Open(json: false));
        return 0;
    }

    private static void Show(string name, ModelSummary summary, IAnsiConsole screen)
    {
        var table = new Table().RoundedBorder().Title(Markup.Escape($"{name}, input {summary.InputShape}"));
        table.AddColumns("Layer (type (name): depth-idx)", "Output Shape");
        foreach (string title in (string[])["Param #", "Param %", "Mult-Adds", "Field"])
            table.AddColumn(new TableColumn(title).RightAligned());
        table.AddColumn("Algorithm");
        foreach (var node in summary.Tree)
        {
            table.AddRow([.. new[]
            {
                Branch(node), node.OutputShape.ToString(), Count(node.Layer?.ParameterCount), ParameterPercentage(node.Layer),
                Count(node.Layer?.MultiplyAdds), Count(node.Layer?.ReceptiveField), node.Layer?.Algorithms?.ToString() ?? "",
            }.Select(Markup.Escape)]);
        }

        screen.Write(table);
        foreach (var (title, value) in Totals(summary)) screen.Line($"{title}: {value}");
    }

    // The tree symbols of torchinfo.
    private static string Branch(SummaryNode node) => node.Depth switch { 0 => "", 1 => "├─", _ => "│    └─" } + node;

    private static IEnumerable<(string Title, string Value)> Totals(ModelSummary summary)
    {
        yield return ("Total params", Count(summary.ParameterCount));
        yield return ("Trainable params", Count(summary.TrainableCount));
        yield return ("Non-trainable params", (summary.ParameterCount - summary.TrainableCount).ToString(CultureInfo.InvariantCulture));
        var (unit, scale) = summary.MultiplyAdds >= 1_000_000_000 ? ("G", 1e9) : ("M", 1e6);
        yield return ($"Total mult-adds ({unit})", Decimals(summary.MultiplyAdds / scale));
        yield return ("Input size (MB)", Decimals(summary.InputBytes / BytesPerMegabyte));
        yield return ("Forward/backward pass size (MB)", Decimals(summary.ForwardBackwardBytes / BytesPerMegabyte));
        yield return ("Params size (MB)", Decimals(summary.ParameterBytes / BytesPerMegabyte));
        yield return ("Estimated Total Size (MB)", Decimals(summary.TotalBytes / BytesPerMegabyte));
    }

    private static SummaryReport Report(string name, ModelSummary summary)
    {
        var numbers = summary.Tree.ToDictionary(node => node.Key, node => node.Number);
        return new SummaryReport(
            name, summary.InputShape.ToArray(), summary.ParameterCount, summary.TrainableCount, summary.MultiplyAdds,
            summary.InputBytes / BytesPerMegabyte, summary.ForwardBackwardBytes / BytesPerMegabyte,
            summary.ParameterBytes / BytesPerMegabyte, summary.TotalBytes / BytesPerMegabyte,
            [.. summary.Layers.Select(layer => new LayerReport(
                layer.Key, numbers.GetValueOrDefault(layer.Key), layer.Kind, layer.OutputShape.ToArray(), layer.ParameterCount,
                layer.ParameterShare, layer.MultiplyAdds, layer.ReceptiveField, Report(layer.Algorithms)))]);
    }

    private static AlgorithmsReport? Report(ChosenAlgorithms? chosen) =>
        chosen is null ? null : new(chosen.Forward, chosen.InputGradient, chosen.WeightGradient);

    // Like torchinfo, prints -- for a missing value and for 0.
    private static string Count(long? value) => value is null or 0 ? "--" : value.Value.ToString("N0", CultureInfo.InvariantCulture);

    private static string ParameterPercentage(LayerSummary? layer) =>
        layer is null or { ParameterCount: 0 } ? "--" : layer.ParameterShare.ToString("0.0%", CultureInfo.InvariantCulture);

    private static string Decimals(double value) => value.ToString("0.00", CultureInfo.InvariantCulture);
}

using System.CommandLine;
using DeepSharp.Cli.Options;
using DeepSharp.Cli.Output;
using DeepSharp.Data;
using DeepSharp.Formats;
using DeepSharp.Vgg;
using Spectre.Console;

namespace DeepSharp.Cli.Commands;

/// <summary><c>deepsharp inspect</c>.</summary>
internal sealed class InspectCommand
{
    private readonly Argument<string> path = new("FILE")
    {
        Description = "A weights file (safetensors, .pth or ONNX), the folder of a training run, or a name of weights to download, as for "
            + "evaluate --weights.",
    };

    private readonly RecognitionOptions options = new();
    private readonly CacheOption cache = new();
    private readonly Option<bool> json = new("--json")
    {
        Description = "Prints the result as one line of JSON, and everything else to standard error.",
    };

    /// <summary>Creates the command.</summary>
    public static Command Create()
    {
        var inspect = new InspectCommand();
        var command = new Command("inspect", "Shows the contents of a weights file, and the network recognized in it.") { inspect.path };
        IEnumerable<Option> options = [.. inspect.options.All, inspect.cache.Option, inspect.json];
        foreach (var option in options) command.Options.Add(option);
        command.SetAction(inspect.Run);
        return command;
    }

    private int Run(ParseResult parsed)
    {
        using var stop = new StopSignal();
        var screen = Screen.Open(parsed.GetValue(json));
        using var file = WeightsFile.Open(cache.Find(parsed, parsed.GetRequiredValue(path), screen.Line, stop.Token));
        VggRecognition? recognition = null;
        string? problem = null;
        try
        {
            recognition = options.Recognize(parsed, file);
        }
        catch (Exception e) when (e is InvalidDataException or ArgumentException)
        {
            problem = (e as ArgumentException)?.Reason() ?? e.Message;
        }

        var images = PretrainedWeights.PreprocessingOf(file);
        if (parsed.GetValue(json)) Reports.Print(Report(file, recognition, problem, images), Reports.Default.InspectReport);
        else Show(screen, file, recognition, problem, images);
        return 0;
    }

    private static void Show(
        IAnsiConsole screen, WeightsFile file, VggRecognition? recognition, string? problem, ImagePreprocessing? images)
    {
        var table = new Table().RoundedBorder().Title(Markup.Escape(file.Path)).AddColumns("Name", "Type", "Shape");
        foreach (var tensor in file.Tensors.Values)
            table.AddRow(Markup.Escape(tensor.Name), Markup.Escape(tensor.Type), Markup.Escape(Text(tensor.Shape)));
        screen.Write(table);
        foreach (var (key, value) in file.Metadata) screen.Line($"metadata {key}: {value}");
        if (images is not null) screen.Line($"Trained on {images}");
        if (recognition is not { Description: { Options: var options } description }) screen.Line($"Not recognized: {problem}");
        else
        {
            screen.Line($"Recognized as {description.Name}: configuration {description.Config}, "
                + $"{(options.BatchNorm ? "with" : "without")} batch normalization, "
                + $"{(options.ConvolutionBias ? "with" : "without")} convolution bias, {options.InputChannels} input channels, "
                + $"pooling to {options.Head.PoolSize}×{options.Head.PoolSize}, hidden layers {Text(options.Head.Hidden)}, "
                + $"{options.Classes} classes, {description.ParameterCount:N0} parameters.");
            foreach (string assumption in recognition.Assumptions) screen.Line($"Assuming {assumption}.");
        }
    }

    private static InspectReport Report(
        WeightsFile file, VggRecognition? recognition, string? problem, ImagePreprocessing? images) => new(
        file.Path,
        [.. file.Tensors.Values.Select(tensor => new TensorReport(tensor.Name, tensor.Type, tensor.Shape))],
        file.Metadata,
        recognition is not { Description: { Options: var options } description } ? null : new RecognizedReport(
            description.Name, description.Config.ToString(), options.BatchNorm, options.ConvolutionBias, options.InputChannels,
            options.Head.PoolSize, options.Head.Hidden, options.Classes, description.ParameterCount, recognition.Assumptions),
        problem,
        images is null ? null : new ImagesReport(
            images.Classes, images.Mean, images.Std, images.Channels, images.Height, images.Width, images.Resize));

    private static string Text<TNumber>(IEnumerable<TNumber> lengths) => $"[{string.Join(", ", lengths)}]";
}

using System.CommandLine;
using System.Globalization;
using System.Runtime.InteropServices;
using DeepSharp.Cli.Options;
using DeepSharp.Cli.Output;
using DeepSharp.Data;
using DeepSharp.Formats;
using DeepSharp.Nn;
using DeepSharp.Vgg;

namespace DeepSharp.Cli.Commands;

/// <summary><c>deepsharp evaluate</c>.</summary>
internal sealed class EvaluateCommand
{
    private readonly WeightsOptions weights = new();
    private readonly DataOptions data = new();

    private readonly Option<int?> batchSize =
        Numbers.Count("--batch-size", $"The number of images per batch. [default: {Evaluation.DefaultBatchSize}]");

    private readonly Option<string?> saveLogits = new("--save-logits")
    {
        Description = "Writes the scores of all images, in the order of the data set, as a NumPy array [N, classes] of float32.",
        HelpName = "FILE.npy",
    };

    private readonly ComputeSettings compute = new();

    private readonly Option<bool> json = new("--json")
    {
        Description = "Prints the result as one line of JSON, and everything else to standard error.",
    };

    /// <summary>Creates the command.</summary>
    public static Command Create()
    {
        var evaluate = new EvaluateCommand();
        var command = new Command("evaluate", "Evaluates a trained network on the test images of a data set.");
        IEnumerable<Option> options =
        [
            .. evaluate.weights.All, .. evaluate.data.All, evaluate.batchSize, evaluate.saveLogits, .. evaluate.compute.All, evaluate.json,
        ];
        foreach (var option in options) command.Options.Add(option);
        command.SetAction(evaluate.Run);
        return command;
    }

    private int Run(ParseResult parsed)
    {
        using var stop = new StopSignal();
        var screen = Screen.Open(parsed.GetValue(json));
        var source = data.Source(parsed);
        using var file = weights.Open(parsed, screen.Line, stop.Token);
        using var context = compute.Context(parsed);
        using var network = weights.Load(parsed, file, context, screen.Line);
        data.Download(parsed, source, screen.Line, stop.Token);
        var images = source.Load(context).Test;
        int classes = network.Options.Classes;
        if (classes < images.ClassNames.Count)
        {
            throw new InvalidDataException(
                $"{file.Path}: the network has {classes} classes, the data set has {images.ClassNames.Count}.");
        }

        // If neither the file nor the options give a preprocessing, the images keep the normalization of the data set.
        var preprocessing = weights.Preprocessing(parsed, file, images.Channels, images.Height, images.Width);
        var result = Evaluate(parsed, network, preprocessing?.Apply(images) ?? images, stop.Token);
        screen.Line(string.Create(CultureInfo.InvariantCulture,
            $"{result.Correct} of {result.Total} test images correct ({result.Accuracy:0.00%}), test loss {result.Loss:0.0000}"));
        if (parsed.GetValue(json))
        {
            Reports.Print(
                new EvaluateReport(network.Description.Name, result.Accuracy, result.Correct, result.Total, result.Loss),
                Reports.Default.EvaluateReport);
        }

        return 0;
    }

    private EvaluationResult Evaluate(
        ParseResult parsed, VggModel<float> network, IImageDataset images, CancellationToken cancellationToken)
    {
        int batch = parsed.GetValue(batchSize) ?? Evaluation.DefaultBatchSize;
        var options = new EvaluationOptions<float> { BatchSize = batch };
        if (parsed.GetValue(saveLogits) is not { } path) return network.Evaluate(images, options, cancellationToken);
        EvaluationResult? result = null;
        AtomicFile.Write(path, stream =>
        {
            stream.Write(NumPyFile.FloatHeader(images.Count, network.Options.Classes));
            var saving = options with { OnLogits = logits => stream.Write(MemoryMarshal.AsBytes(logits.Read())) };
            result = network.Evaluate(images, saving, cancellationToken);
        });
        return result!;
    }
}

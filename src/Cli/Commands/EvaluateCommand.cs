using System.CommandLine;
using System.Globalization;
using DeepSharp.Cli.Options;
using DeepSharp.Cli.Output;
using DeepSharp.Vgg;

namespace DeepSharp.Cli.Commands;

/// <summary><c>deepsharp evaluate</c>.</summary>
internal sealed class EvaluateCommand
{
    private readonly Option<string> weights = new("--weights")
    {
        Description = "The file with the trained network, or the folder of a training.",
        HelpName = "FILE",
        Required = true,
    };

    private readonly DataOptions data = new();
    private readonly Option<int?> batchSize = Numbers.Count("--batch-size", $"How many images are computed at once. [default: {Evaluation.DefaultBatchSize}]");
    private readonly ComputeSettings compute = new();
    private readonly Option<bool> json = new("--json") { Description = "Prints the result as one line of JSON, and everything else to standard error." };

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var evaluate = new EvaluateCommand();
        var command = new Command("evaluate", "Tries a trained network on the test images of a data set.");
        foreach (var option in (IEnumerable<Option>)[evaluate.weights, .. evaluate.data.All, evaluate.batchSize, .. evaluate.compute.All, evaluate.json])
            command.Options.Add(option);
        command.SetAction(evaluate.Run);
        return command;
    }

    private int Run(ParseResult parsed)
    {
        using var stop = new StopSignal();
        var screen = Screen.Open(parsed.GetValue(json));
        var source = data.Source(parsed);
        using var file = WeightsFile.Open(WeightsPath(parsed));
        using var context = compute.Context(parsed);
        using var network = VggModel.Load<float>(file, context);
        data.Download(parsed, source, screen.Line, stop.Token);
        var images = source.Load(context).Test;
        // Weights alone come without a description; the data set knows its usual preparation.
        var prepared = ImageDescription.Read(file)?.Prepare(images) ?? images;
        var result = network.Evaluate(prepared, parsed.GetValue(batchSize) ?? Evaluation.DefaultBatchSize, progress: null, stop.Token);
        screen.Line(string.Create(CultureInfo.InvariantCulture, $"{result.Correct} of {result.Total} test images right ({result.Accuracy:0.00%}), test loss {result.Loss:0.0000}"));
        if (parsed.GetValue(json))
        {
            Reports.Print(
                new EvaluateReport(VggNames.Of(network.Plan), result.Accuracy, result.Correct, result.Total, result.Loss), Reports.Default.EvaluateReport);
        }

        return 0;
    }

    private string WeightsPath(ParseResult parsed)
    {
        string path = parsed.GetRequiredValue(weights);
        if (Directory.Exists(path)) path = Path.Combine(path, TrainingCheckpoint.FileName);
        return File.Exists(path) ? path : throw new FileNotFoundException($"Expected a file of weights, found no file {path}.");
    }
}

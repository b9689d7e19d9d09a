using System.CommandLine;
using System.Globalization;
using DeepSharp.Autograd;
using DeepSharp.Cli.Options;
using DeepSharp.Cli.Output;
using DeepSharp.Data;
using DeepSharp.Vgg;

namespace DeepSharp.Cli.Commands;

/// <summary><c>deepsharp predict</c>.</summary>
internal sealed class PredictCommand
{
    private const int DefaultTop = 5, BatchSize = 32;

    private readonly Argument<string[]> images = new("IMAGE")
    {
        Description = "Image files: PNG, binary PPM or PGM, NumPy arrays of bytes [N, H, W, C] or [N, C, H, W], CIFAR-10 records.",
        Arity = ArgumentArity.OneOrMore,
    };

    private readonly WeightsOptions weights = new();
    private readonly Option<int?> top = Numbers.Count("--top", $"The number of classes to list for each image. [default: {DefaultTop}]");

    private readonly Option<int?> limit =
        Numbers.Count("--limit", "The number of images to use from each file, from the first. [default: all]");

    private readonly Option<string?> classNames = new("--classes")
    {
        Description = "A text file with the names of the classes, one per line in the order of the scores. "
            + "[default: as stored with the weights, else class 0, class 1, …]",
        HelpName = "FILE",
    };

    private readonly ComputeSettings compute = new();

    private readonly Option<bool> json = new("--json")
    {
        Description = "Prints the result as one line of JSON, and everything else to standard error.",
    };

    /// <summary>Creates the command.</summary>
    public static Command Create()
    {
        var predict = new PredictCommand();
        var command = new Command("predict", "Classifies images with a trained network.") { predict.images };
        IEnumerable<Option> options =
            [.. predict.weights.All, predict.top, predict.limit, predict.classNames, .. predict.compute.All, predict.json];
        foreach (var option in options) command.Options.Add(option);
        command.SetAction(predict.Run);
        return command;
    }

    private int Run(ParseResult parsed)
    {
        using var stop = new StopSignal();
        var screen = Screen.Open(parsed.GetValue(json));
        // Loads the images first, so that a wrong path fails at once: loading the weights takes longer.
        var files = parsed.GetRequiredValue(images).Select(path => (Path: path, Images: ImageFile.Load(path))).ToList();
        using var file = weights.Open(parsed, screen.Line, stop.Token);
        using var context = compute.Context(parsed);
        using var network = weights.Load(parsed, file, context, screen.Line);
        var named = Names(parsed, network.Options.Classes);
        List<PredictionReport> predictions = [];
        foreach (var (path, loaded) in files)
        {
            var some = loaded.Take(Math.Min(parsed.GetValue(limit) ?? loaded.Count, loaded.Count));
            var preprocessing = weights.Preprocessing(parsed, file, network.Options.InputChannels, some.Height, some.Width)
                ?? throw new ArgumentException($"{file.Path} does not store the preprocessing of images; give --mean and --std.");
            if (named is not null) preprocessing = preprocessing with { Classes = named };
            foreach (var classes in Predict(parsed, network, preprocessing, some, stop.Token))
            {
                var prediction = new PredictionReport(path, predictions.Count(other => other.Image == path), classes);
                predictions.Add(prediction);
                string name = loaded.Count == 1 ? path : $"{path}[{prediction.Index}]";
                screen.Line($"{name}: {string.Join(", ", classes.Select(Line))}");
            }
        }

        if (parsed.GetValue(json))
            Reports.Print(new PredictReport(network.Description.Name, predictions), Reports.Default.PredictReport);
        return 0;

        static string Line(ClassReport found) => string.Create(CultureInfo.InvariantCulture, $"{found.Name} {found.Probability:0.00%}");
    }

    private string[]? Names(ParseResult parsed, int count)
    {
        if (parsed.GetValue(classNames) is not { } path) return null;
        string[] names = [.. File.ReadLines(path).Select(line => line.Trim())];
        // Empty lines at the end of the file are ignored.
        int found = Array.FindLastIndex(names, name => name.Length > 0) + 1;
        if (found != count) throw new InvalidDataException($"{path}: expected the names of {count} classes, one per line, found {found}.");
        if (Array.IndexOf(names, "", 0, found) is >= 0 and var line)
            throw new InvalidDataException($"{path}: line {line + 1} is empty, expected the name of class {line}.");
        return names[..found];
    }

    private IEnumerable<IReadOnlyList<ClassReport>> Predict(
        ParseResult parsed,
        VggModel<float> network,
        ImagePreprocessing preprocessing,
        IImageDataset images,
        CancellationToken cancellationToken)
    {
        int count = Math.Min(parsed.GetValue(top) ?? DefaultTop, network.Options.Classes);
        foreach (var batch in preprocessing.ApplyUnlabeled(images).Batches<float>(BatchSize, network.Context))
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var tape = new Tape<float>(Mode.Evaluation);
            var probabilities = network.Forward(tape.Input(batch.Images)).Softmax(axis: 1).Value;
            float[] values = probabilities.ToArray();
            for (int n = 0; n < batch.Count; n++)
            {
                var row = new ArraySegment<float>(values, n * probabilities.Shape[1], probabilities.Shape[1]);
                yield return
                [
                    .. row.Index()
                        .OrderByDescending(one => one.Item)
                        .Take(count)
                        .Select(one => new ClassReport(one.Index, Name(one.Index), one.Item)),
                ];
            }
        }

        string Name(int index) => index < preprocessing.Classes.Count ? preprocessing.Classes[index] : $"class {index}";
    }
}

using System.CommandLine;
using DeepSharp.Cli.Options;
using DeepSharp.Cli.Output;
using DeepSharp.Formats;
using DeepSharp.Nn;
using DeepSharp.Vgg;
using Spectre.Console;

namespace DeepSharp.Cli.Commands;

/// <summary><c>deepsharp convert</c>.</summary>
internal sealed class ConvertCommand
{
    private const string Onnx = ".onnx";

    private static readonly string[] Extensions = [".safetensors", ".pth", ".pt", Onnx];

    private readonly Argument<string> source = new("IN")
    {
        Description = "A weights file (safetensors, .pth or ONNX), the folder of a training run, or a name of weights to download, as for "
            + "evaluate --weights.",
    };

    private readonly Argument<string> target = new("OUT") { Description = $"The file to write: {string.Join(", ", Extensions)}." };
    private readonly RecognitionOptions recognition = new();

    private readonly Option<int?> size = Numbers.Count(
        "--size",
        "Height and width of the images that the ONNX network accepts. "
        + "[default: as stored with the weights, else as poolings and head require]");

    private readonly Option<bool> noFold = new("--no-fold")
    {
        Description = "Leaves batch normalizations in the ONNX network instead of folding them into the convolutions.",
    };

    private readonly CacheOption cache = new();

    /// <summary>Creates the command.</summary>
    public static Command Create()
    {
        var convert = new ConvertCommand();
        var command = new Command(
            "convert",
            "Writes weights in another format: .pth or safetensors with the same types and values, or the whole network as ONNX.")
        {
            convert.source, convert.target,
        };
        IEnumerable<Option> options = [.. convert.recognition.All, convert.size, convert.noFold, convert.cache.Option];
        foreach (var option in options) command.Options.Add(option);
        command.SetAction(convert.Run);
        return command;
    }

    private int Run(ParseResult parsed)
    {
        using var stop = new StopSignal();
        var screen = Screen.Open(json: false);
        string output = parsed.GetRequiredValue(target), extension = Path.GetExtension(output);
        if (!Extensions.Contains(extension, StringComparer.OrdinalIgnoreCase))
            throw new ArgumentException($"OUT must end in {string.Join(", ", Extensions)}, found \"{output}\".");
        using var file = WeightsFile.Open(cache.Find(parsed, parsed.GetRequiredValue(source), screen.Line, stop.Token));
        if (extension.Equals(Onnx, StringComparison.OrdinalIgnoreCase)) WriteNetwork(parsed, file, output, screen);
        else WriteWeights(parsed, file, output, screen);
        return 0;
    }

    private void WriteWeights(ParseResult parsed, WeightsFile file, string output, IAnsiConsole screen)
    {
        var writer = WeightsWriter.For(output);
        // The constants of an ONNX file may have any names. Its tensors are written under the names of the recognized model.
        writer.AddAll(file is OnnxFile ? Recognize(parsed, file, screen).Weights : file.WithoutTraining());
        // The preprocessing is written with the weights, even if it was known only from the file name.
        PretrainedWeights.PreprocessingOf(file)?.Write(writer.Metadata);
        writer.Save(output);
        screen.Line($"{writer.Count} tensors from {file.Path} to {output}");
    }

    private VggRecognition Recognize(ParseResult parsed, WeightsFile file, IAnsiConsole screen)
    {
        var found = recognition.Recognize(parsed, file);
        foreach (string assumption in found.Assumptions) screen.Line($"Assuming {assumption}.");
        return found;
    }

    private void WriteNetwork(ParseResult parsed, WeightsFile file, string output, IAnsiConsole screen)
    {
        using var network = VggModel.Load<float>(Recognize(parsed, file, screen));
        var images = PretrainedWeights.PreprocessingOf(file);
        Dictionary<string, string> metadata = new(file.Metadata);
        images?.Write(metadata);
        OnnxExport.Write(network, output, new OnnxOptions
        {
            FoldBatchNorm = !parsed.GetValue(noFold),
            Height = parsed.GetValue(size) ?? images?.Height,
            Width = parsed.GetValue(size) ?? images?.Width,
            Metadata = metadata,
        });
        screen.Line($"{network.Description.Name} from {file.Path} to {output}");
    }
}

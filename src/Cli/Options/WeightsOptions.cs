using System.CommandLine;
using DeepSharp.Data;
using DeepSharp.Formats;
using DeepSharp.Tensors;
using DeepSharp.Vgg;

namespace DeepSharp.Cli.Options;

/// <summary>The options that say which trained network: its weights, and where those do not tell it the configuration and the preparation of images.</summary>
internal sealed class WeightsOptions
{
    private readonly Option<string> weights = new("--weights")
    {
        Description = $"The file with the trained network (safetensors, .pth or ONNX), the folder of a training, or the name of a network that torchvision trained on ImageNet, "
            + $"which is downloaded once: {string.Join(", ", PretrainedWeights.All.Select(known => known.Name))}.",
        HelpName = "FILE|NAME",
        Required = true,
    };

    private readonly RecognitionOptions recognition = new();

    private readonly Option<double[]?> mean = Numbers.List(
        "--mean", "The mean of each channel, of pixels scaled to 0..1, that is subtracted. [default: as stored with the weights]", "0.485,0.456,0.406");

    private readonly Option<double[]?> deviation = Numbers.List("--std", "The deviation that each channel is divided by, likewise.", "0.229,0.224,0.225");
    private readonly CacheOption cache = new();

    /// <summary>All of them.</summary>
    public IReadOnlyList<Option> All => [weights, .. recognition.All, mean, deviation, cache.Option];

    /// <summary>Opens the file, downloading it where a name was given.</summary>
    public WeightsFile Open(ParseResult parsed, Action<string> say, CancellationToken cancellationToken) =>
        WeightsFile.Open(cache.Find(parsed, parsed.GetRequiredValue(weights), say, cancellationToken));

    /// <summary>The network with its weights; what was assumed about it is said.</summary>
    public VggModel<float> Load(ParseResult parsed, WeightsFile file, ComputeContext context, Action<string> say)
    {
        var found = recognition.Recognize(parsed, file);
        foreach (string assumption in found.Assumptions) say($"Assuming {assumption}.");
        return VggModel.Load<float>(found, context);
    }

    /// <summary>How images are to be prepared: as the options say, else as the file does; null where neither does.</summary>
    public ImagePreprocessing? Images(ParseResult parsed, WeightsFile file, int channels, int height, int width)
    {
        var stored = PretrainedWeights.PreprocessingOf(file);
        // An option of a list that was not given is an empty list.
        var (means, deviations) = (parsed.GetValue(mean) ?? [], parsed.GetValue(deviation) ?? []);
        if (means.Length == 0 && deviations.Length == 0) return stored;
        if (means.Length == 0 || deviations.Length == 0) throw new ArgumentException("Expected --mean and --std, found one of them.");
        int expected = stored?.Channels ?? channels;
        if (means.Length != expected || deviations.Length != expected)
            throw new ArgumentException($"--mean and --std must have a number for each of the {expected} channels, found {means.Length} and {deviations.Length}.");
        if (deviations.Min() <= 0) throw new ArgumentException($"--std must be positive, found {deviations.Min()}.");
        return stored is not null ? stored with { Mean = means, Std = deviations } : new ImagePreprocessing([], means, deviations, channels, height, width);
    }
}

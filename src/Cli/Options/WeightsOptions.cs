using System.CommandLine;
using DeepSharp.Data;
using DeepSharp.Formats;
using DeepSharp.Tensors;
using DeepSharp.Vgg;

namespace DeepSharp.Cli.Options;

/// <summary>
/// The options that select a trained network: its weights and, if their file does not determine them, its configuration and the
/// preprocessing of images.
/// </summary>
internal sealed class WeightsOptions
{
    private readonly Option<string> weights = new("--weights")
    {
        Description = "The weights file (safetensors, .pth or ONNX), the folder of a training run, or the name of one of torchvision's "
            + $"ImageNet networks, which is downloaded once: {string.Join(", ", PretrainedWeights.All.Select(known => known.Name))}.",
        HelpName = "FILE|NAME",
        Required = true,
    };

    private readonly RecognitionOptions recognition = new();

    private readonly Option<double[]?> mean = Numbers.List(
        "--mean",
        "The means that are subtracted from the channels of pixels scaled to 0..1. [default: as stored with the weights; evaluate: else "
        + "those of the data set]",
        "0.485,0.456,0.406");

    private readonly Option<double[]?> standardDeviation = Numbers.List(
        "--std",
        "The standard deviations by which the channels are then divided. [default: like --mean]",
        "0.229,0.224,0.225");

    private readonly CacheOption cache = new();

    /// <summary>All options.</summary>
    public IReadOnlyList<Option> All => [weights, .. recognition.All, mean, standardDeviation, cache.Option];

    /// <summary>Opens the weights file. If a network is named, downloads its file unless it is in the cache.</summary>
    /// <exception cref="IOException">There is no such file, the download failed, or the file cannot be read.</exception>
    /// <exception cref="InvalidDataException">The file is damaged, or not a weights file.</exception>
    public WeightsFile Open(ParseResult parsed, Action<string> say, CancellationToken cancellationToken) =>
        WeightsFile.Open(cache.Find(parsed, parsed.GetRequiredValue(weights), say, cancellationToken));

    /// <summary>Recognizes and loads the network, and prints the assumptions made to recognize it.</summary>
    /// <exception cref="ArgumentException">
    /// An option is invalid or contradicts the file, or the file does not determine the configuration and no option gives it.
    /// </exception>
    /// <exception cref="InvalidDataException">The file is damaged, or contains no VGG network.</exception>
    public VggModel<float> Load(ParseResult parsed, WeightsFile file, ComputeContext context, Action<string> say)
    {
        var found = recognition.Recognize(parsed, file);
        foreach (string assumption in found.Assumptions) say($"Assuming {assumption}.");
        return VggModel.Load<float>(found, context);
    }

    /// <summary>
    /// The preprocessing of the file, with the mean and standard deviation of the options if they are given. If the file has none, the
    /// preprocessing that the options give to images of the given size, or null without these options.
    /// </summary>
    /// <exception cref="ArgumentException">
    /// Only one of <c>--mean</c> and <c>--std</c> is given, they do not fit the channels, or a standard deviation is not positive.
    /// </exception>
    /// <exception cref="InvalidDataException">The stored preprocessing is damaged.</exception>
    public ImagePreprocessing? Preprocessing(ParseResult parsed, WeightsFile file, int channels, int height, int width)
    {
        var stored = PretrainedWeights.PreprocessingOf(file);
        // The value of an omitted list option is an empty list.
        var (means, deviations) = (parsed.GetValue(mean) ?? [], parsed.GetValue(standardDeviation) ?? []);
        if (means.Length == 0 && deviations.Length == 0) return stored;
        if (means.Length == 0 || deviations.Length == 0) throw new ArgumentException("Expected both --mean and --std, found only one.");
        int expected = stored?.Channels ?? channels;
        if (means.Length != expected || deviations.Length != expected)
        {
            throw new ArgumentException(
                $"--mean and --std must have a number for each of the {expected} channels, found {means.Length} and {deviations.Length}.");
        }

        if (deviations.Min() <= 0) throw new ArgumentException($"--std must be positive, found {deviations.Min()}.");
        return stored is not null
            ? stored with { Mean = means, Std = deviations }
            : new ImagePreprocessing([], means, deviations, channels, height, width);
    }
}

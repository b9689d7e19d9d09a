using System.CommandLine;
using DeepSharp.Formats;
using DeepSharp.Nn;
using DeepSharp.Vgg;

namespace DeepSharp.Cli.Options;

/// <summary>The options for properties of a network that its weights file does not determine.</summary>
internal sealed class RecognitionOptions
{
    private readonly Option<string?> model = new("--model")
    {
        Description = "The network with the file's configuration, if names and shapes in the file do not determine it "
            + $"(-bn makes no difference): {string.Join(", ", VggNames.All)}.",
        HelpName = "NAME",
    };

    private readonly Option<string?> config = new("--config")
    {
        Description = "The configuration as a list with commas, if names and shapes in the file do not determine it.",
        HelpName = "64,M,128,M",
    };

    private readonly Option<string?> lrn = new("--lrn")
    {
        Description = "The constants of local response normalization: paper, pytorch (PyTorch's defaults and a window of 2 channels), "
            + "or size, alpha, beta and k as PyTorch defines them. [default: as in the file, else paper]",
        HelpName = "5,5e-4,0.75,2",
    };

    private readonly Option<int?> inputSize = Numbers.Count(
        "--input-size",
        "Height and width of the images that the network was trained on, if names and shapes in the file do not determine it.");

    public RecognitionOptions()
    {
        model.CompletionSources.Add([.. VggNames.All]);
        lrn.CompletionSources.Add("paper", "pytorch");
    }

    /// <summary>All options.</summary>
    public IReadOnlyList<Option> All => [model, config, lrn, inputSize];

    /// <summary>Recognizes the network in a file.</summary>
    /// <exception cref="ArgumentException">
    /// An option is invalid or contradicts the file, or the file does not determine the configuration and no option gives it.
    /// </exception>
    /// <exception cref="InvalidDataException">The file is damaged, or contains no VGG network.</exception>
    public VggRecognition Recognize(ParseResult parsed, WeightsFile file)
    {
        string? name = parsed.GetValue(model), text = parsed.GetValue(config);
        if (name is not null && text is not null) throw new ArgumentException("Expected --model or --config, found both.");
        var steps = name is not null ? VggNames.Find(name).Config : text is not null ? VggConfig.Parse(text) : null;
        var constants = parsed.GetValue(lrn) is { } stated ? LrnConstants.Parse(stated) : null;
        return VggRecognition.Of(file, steps, constants, parsed.GetValue(inputSize));
    }
}

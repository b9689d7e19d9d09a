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
        Description = $"The network, if names and shapes in the file do not determine it: {string.Join(", ", VggNames.All)}.",
        HelpName = "NAME",
    };

    private readonly Option<string?> config = new("--config")
    {
        Description = "The configuration, if names and shapes in the file do not determine it.",
        HelpName = "64,M,128,M",
    };

    private readonly Option<string?> lrn = new("--lrn")
    {
        Description = "The constants of local response normalization, which PyTorch files do not store: paper, pytorch (its defaults "
            + "with a window of 2), or size, alpha, beta and k. [default: paper]",
        HelpName = "5,5e-4,0.75,2",
    };

    public RecognitionOptions()
    {
        model.CompletionSources.Add([.. VggNames.All]);
        lrn.CompletionSources.Add("paper", "pytorch");
    }

    /// <summary>All options.</summary>
    public IReadOnlyList<Option> All => [model, config, lrn];

    /// <summary>Recognizes the network in a file.</summary>
    public VggRecognition Recognize(ParseResult parsed, WeightsFile file)
    {
        string? name = parsed.GetValue(model), text = parsed.GetValue(config);
        if (name is not null && text is not null) throw new ArgumentException("Expected --model or --config, found both.");
        var steps = name is not null ? VggNames.Find(name).Config : text is not null ? VggConfig.Parse(text) : null;
        return VggRecognition.Of(file, steps, parsed.GetValue(lrn) is { } constants ? LrnConstants.Parse(constants) : null);
    }
}

using System.CommandLine;
using DeepSharp.Nn;
using DeepSharp.Vgg;

namespace DeepSharp.Cli.Options;

/// <summary>The options that describe a new network.</summary>
internal sealed class ModelOptions
{
    private const int ImageNetClasses = 1000, SmallClasses = 10;

    private readonly Option<string?> model = new("--model")
    {
        Description = $"The network: {string.Join(", ", VggNames.All)}. "
            + $"[default: {TrainingDefaults.Model("shapes")}; to train on cifar10, {TrainingDefaults.Model("cifar10")}]",
        HelpName = "NAME",
    };

    private readonly Option<string?> config = new("--config")
    {
        Description = "A custom network as a list with commas: the number of channels for a 3×3 convolution, M for max pooling, "
            + "LRN for local response normalization, 256:1 for a 1×1 kernel, 512:1p1 for a 1×1 kernel with padding 1.",
        HelpName = "64,M,128,M",
    };

    private readonly Option<bool> batchNorm = new("--batch-norm")
    {
        Description = "Adds batch normalization after each convolution of --config.",
    };

    private readonly Option<string?> head = new("--head")
    {
        Description = "The classifier: imagenet (4096-4096-classes on 7×7 maps), cifar (the same on 1×1 maps), small (512-512-classes on "
            + "1×1 maps), compact (one linear layer on 1×1 maps), or the widths of the hidden layers on 1×1 maps. In cifar and small, "
            + "dropout precedes each hidden layer; otherwise it follows each. "
            + "[default: imagenet if height and width are at least 224, else compact]",
        HelpName = "NAME|4096,4096",
    };

    private readonly Option<int?> pool = Numbers.Count(
        "--pool", "The height and width of the head's input maps, produced by adaptive average pooling. [default: as in --head]");

    private readonly Option<double?> dropout = Numbers.Rate(
        "--dropout", "The dropout probability in the head, below 1; 0 omits the dropout layers. [default: 0.5]");

    private readonly Option<bool> noConvBias = new("--no-conv-bias")
    {
        Description = "Omits the bias of the convolutions, which has no effect before batch normalization.",
    };

    private readonly Option<string?> lrn = new("--lrn")
    {
        Description = "The constants of local response normalization: paper, pytorch (PyTorch's defaults and a window of 2 channels), "
            + "or size, alpha, beta and k as PyTorch defines them. [default: paper]",
        HelpName = "5,5e-4,0.75,2",
    };

    private readonly Option<string?> initialization = new("--init")
    {
        Description = "The initialization of weights: kaiming (convolutions N(0, 2/fan-out), linear layers N(0, 0.01²)), "
            + "paper (all N(0, 0.01²)) or uniform (the default of PyTorch's layers). [default: kaiming]",
        HelpName = string.Join('|', Initializations.Keys),
    };

    public ModelOptions()
    {
        model.CompletionSources.Add([.. VggNames.All]);
        head.CompletionSources.Add([.. VggHead.Names]);
        lrn.CompletionSources.Add("paper", "pytorch");
        initialization.CompletionSources.Add([.. Initializations.Keys]);
    }

    private static Dictionary<string, Initialization> Initializations { get; } = new()
    {
        ["kaiming"] = Initialization.KaimingFanOut,
        ["paper"] = Initialization.Paper,
        ["uniform"] = Initialization.Uniform,
    };

    /// <summary>All options.</summary>
    public IReadOnlyList<Option> All => [model, config, batchNorm, noConvBias, lrn, head, pool, dropout, initialization];

    /// <summary>The network that the options describe.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="defaultModel">The name of the network without <c>--model</c> and <c>--config</c>.</param>
    /// <param name="channels">The channels of the images.</param>
    /// <param name="size">The smaller of the height and width of the images.</param>
    /// <param name="classes">The number of classes; null for 1000 with ImageNet's head, else 10.</param>
    /// <exception cref="ArgumentException">An option is invalid, or options contradict each other.</exception>
    public VggDescription Description(ParseResult parsed, string defaultModel, int channels, int size, int? classes)
    {
        string? name = parsed.GetValue(model), text = parsed.GetValue(config);
        bool normalizes = parsed.GetValue(batchNorm);
        if (name is not null && text is not null) throw new ArgumentException("Expected --model or --config, found both.");
        if (normalizes && text is null)
            throw new ArgumentException("--batch-norm requires --config; of the named models, choose one that ends in -bn.");
        var (steps, hasBatchNorm) = text is null ? VggNames.Find(name ?? defaultModel) : (VggConfig.Parse(text), normalizes);
        var classifier = VggHead.Parse(parsed.GetValue(head) ?? TrainingDefaults.Head(size));
        return new VggDescription(steps, new VggOptions
        {
            BatchNorm = hasBatchNorm,
            ConvolutionBias = !parsed.GetValue(noConvBias),
            Classes = classes ?? (classifier == VggHead.ImageNet ? ImageNetClasses : SmallClasses),
            Head = classifier with
            {
                PoolSize = parsed.GetValue(pool) ?? classifier.PoolSize,
                Dropout = parsed.GetValue(dropout) ?? classifier.Dropout,
            },
            Initialization = ParseInitialization(parsed.GetValue(initialization)),
            InputChannels = channels,
            InputSize = size,
            Lrn = parsed.GetValue(lrn) is { } constants ? LrnConstants.Parse(constants) : LrnConstants.Paper,
        });
    }

    private static Initialization ParseInitialization(string? name)
    {
        if (name is null) return Initialization.KaimingFanOut;
        return Initializations.TryGetValue(name, out var found) ? found
            : throw new ArgumentException($"There is no initialization \"{name}\"; expected {string.Join(", ", Initializations.Keys)}.");
    }
}

using System.CommandLine;
using DeepSharp.Vgg;

namespace DeepSharp.Cli.Options;

/// <summary>The options that say which network.</summary>
internal sealed class ModelOptions
{
    private const int ImageNetClasses = 1000, SmallClasses = 10;

    private readonly Option<string?> model = new("--model")
    {
        Description = $"The network: {string.Join(", ", VggNames.All)}. [default: {TrainingDefaults.Model("shapes")}, for cifar10 {TrainingDefaults.Model("cifar10")}]",
        HelpName = "NAME",
    };

    private readonly Option<string?> config = new("--config")
    {
        Description = "A network of your own: channels of 3×3 convolutions, M for max pooling, LRN for local response normalization, 256:1 for a 1×1 kernel, 512:1p1 "
            + "for one with padding 1.",
        HelpName = "64,M,128,M",
    };

    private readonly Option<bool> batchNorm = new("--batch-norm") { Description = "Adds a batch normalization after each convolution of --config." };

    private readonly Option<string?> head = new("--head")
    {
        Description = "The classifier: compact (one linear layer) or imagenet (4096-4096-classes, with dropout). [default: compact, from 224 pixels on imagenet]",
        HelpName = "compact|imagenet",
    };

    public ModelOptions()
    {
        model.CompletionSources.Add([.. VggNames.All]);
        head.CompletionSources.Add("compact", "imagenet");
    }

    /// <summary>All of them.</summary>
    public IReadOnlyList<Option> All => [model, config, batchNorm, head];

    /// <summary>The network that was asked for.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="defaultModel">The name of the network if none was asked for.</param>
    /// <param name="channels">The channels of the images.</param>
    /// <param name="size">The height or width of the images, whichever is less.</param>
    /// <param name="classes">The number of classes; null for what is usual with the head.</param>
    public VggPlan Plan(ParseResult parsed, string defaultModel, int channels, int size, int? classes)
    {
        string? name = parsed.GetValue(model), text = parsed.GetValue(config);
        bool normalizes = parsed.GetValue(batchNorm);
        if (name is not null && text is not null) throw new ArgumentException("Expected --model or --config, found both.");
        if (normalizes && text is null) throw new ArgumentException("--batch-norm goes with --config; of the named models take one that ends in -bn.");
        var (steps, hasBatchNorm) = text is null ? VggNames.Find(name ?? defaultModel) : (VggConfig.Parse(text), normalizes);
        var classifier = VggHead.Named(parsed.GetValue(head) ?? TrainingDefaults.Head(size));
        return new VggPlan(steps, new VggOptions
        {
            BatchNorm = hasBatchNorm,
            Classes = classes ?? (classifier == VggHead.ImageNet ? ImageNetClasses : SmallClasses),
            Head = classifier,
            InputChannels = channels,
            InputSize = size,
        });
    }
}

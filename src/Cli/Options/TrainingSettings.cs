using System.CommandLine;
using DeepSharp.Data;
using DeepSharp.Nn;

namespace DeepSharp.Cli.Options;

/// <summary>The options that control the training.</summary>
internal sealed class TrainingSettings
{
    private readonly Option<int?> epochs =
        Numbers.Count("--epochs", $"The number of passes over the training images. {Defaults(options => options.Epochs)}");

    private readonly Option<int?> batchSize =
        Numbers.Count("--batch-size", $"The number of images per step. {Defaults(options => options.BatchSize)}");

    private readonly Option<double?> learningRate =
        Numbers.Rate("--lr", $"The initial learning rate. {Defaults(options => options.LearningRate)}");

    private readonly Option<double?> momentum =
        Numbers.Fraction("--momentum", $"The momentum of SGD. {Defaults(options => options.Momentum)}");

    private readonly Option<double?> weightDecay = Numbers.Rate(
        "--weight-decay",
        $"Weight decay: this multiple of each weight is added to its gradient. {Defaults(options => options.WeightDecay)}");

    private readonly Option<int?> stepSize = Numbers.Count(
        "--step-size", $"The learning rate is multiplied by --gamma after every N epochs. {Defaults(options => options.StepSize)}");

    private readonly Option<double?> gamma = Numbers.Rate(
        "--gamma", $"The factor by which the learning rate is multiplied; see --step-size. {Defaults(options => options.Gamma)}");

    private readonly Option<long?> seed =
        Numbers.Seed("--seed", "The seed of initial weights, image order, augmentation and dropout. [default: 0]");

    private readonly Option<string?> augment = new("--augment")
    {
        Description = "Random augmentation of training images: none, or crop-flip "
            + "(crops of the image padded by 4 pixels, flipped horizontally with probability 1/2). "
            + Defaults(options => Name(options.Augment)),
        HelpName = "none|crop-flip",
    };

    public TrainingSettings() => augment.CompletionSources.Add("none", "crop-flip");

    /// <summary>All options.</summary>
    public IReadOnlyList<Option> All => [epochs, .. Fixed];

    /// <summary>The options that cannot change when training is resumed.</summary>
    public IReadOnlyList<Option> Fixed => [batchSize, learningRate, momentum, weightDecay, stepSize, gamma, seed, augment];

    /// <summary>The training options for a data set: those given, else the defaults.</summary>
    /// <exception cref="ArgumentException">The augmentation is unknown.</exception>
    public TrainingOptions<float> Options(ParseResult parsed, string data)
    {
        var defaults = new TrainingOptions<float>(TrainingDefaults.Options(data));
        return defaults with
        {
            Epochs = parsed.GetValue(epochs) ?? defaults.Epochs,
            BatchSize = parsed.GetValue(batchSize) ?? defaults.BatchSize,
            LearningRate = parsed.GetValue(learningRate) ?? defaults.LearningRate,
            Momentum = parsed.GetValue(momentum) ?? defaults.Momentum,
            WeightDecay = parsed.GetValue(weightDecay) ?? defaults.WeightDecay,
            StepSize = parsed.GetValue(stepSize) ?? defaults.StepSize,
            Gamma = parsed.GetValue(gamma) ?? defaults.Gamma,
            Seed = parsed.GetValue(seed) ?? defaults.Seed,
            Augment = parsed.GetValue(augment) switch
            {
                null => defaults.Augment,
                "none" => Augment.None,
                "crop-flip" => Augment.CropAndFlip,
                var other => throw new ArgumentException($"--augment must be none or crop-flip, found \"{other}\"."),
            },
        };
    }

    /// <summary>The training options of a resumed training run. Only the number of epochs may change.</summary>
    public TrainingOptions<float> Resumed(ParseResult parsed, TrainingOptions options) =>
        new TrainingOptions<float>(options) with { Epochs = parsed.GetValue(epochs) ?? options.Epochs };

    private static string Name(Augment augment) => augment == Augment.None ? "none" : "crop-flip";

    private static string Defaults(Func<TrainingOptions, object> of)
    {
        object shapes = of(TrainingDefaults.Options("shapes")), cifar10 = of(TrainingDefaults.Options("cifar10"));
        return shapes.Equals(cifar10) ? $"[default: {shapes}]" : $"[default: {shapes}, for cifar10 {cifar10}]";
    }
}

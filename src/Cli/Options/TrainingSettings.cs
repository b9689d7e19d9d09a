using System.CommandLine;
using DeepSharp.Data;
using DeepSharp.Nn;

namespace DeepSharp.Cli.Options;

/// <summary>The options that say how to train.</summary>
internal sealed class TrainingSettings
{
    private readonly Option<int?> epochs = Numbers.Count("--epochs", $"How many times to go through all images. {Defaults(options => options.Epochs)}");
    private readonly Option<int?> batchSize = Numbers.Count("--batch-size", $"The images of one step. {Defaults(options => options.BatchSize)}");
    private readonly Option<double?> learningRate = Numbers.Rate("--lr", $"The learning rate of the first epochs. {Defaults(options => options.LearningRate)}");
    private readonly Option<double?> momentum = Numbers.Rate("--momentum", $"The share of the velocity that each step keeps. {Defaults(options => options.Momentum)}");

    private readonly Option<double?> weightDecay =
        Numbers.Rate("--weight-decay", $"The share of each weight that is added to its gradient. {Defaults(options => options.WeightDecay)}");

    private readonly Option<int?> stepSize =
        Numbers.Count("--step-size", $"The epochs after which --gamma multiplies the learning rate, again and again. {Defaults(options => options.StepSize)}");

    private readonly Option<double?> gamma = Numbers.Rate("--gamma", $"The factor of the learning rate. {Defaults(options => options.Gamma)}");
    private readonly Option<long?> seed = Numbers.Seed("--seed", "The seed of weights, order of images, augmentation and dropout. [default: 0]");

    private readonly Option<string?> augment = new("--augment")
    {
        Description = "Random changes of training images: none, or crop-flip (crops of the image padded by 4, mirrored half of the time). "
            + Defaults(options => Name(options.Augment)),
        HelpName = "none|crop-flip",
    };

    public TrainingSettings() => augment.CompletionSources.Add("none", "crop-flip");

    /// <summary>All of them.</summary>
    public IReadOnlyList<Option> All => [epochs, .. Fixed];

    /// <summary>Those that stay as they are when the training is resumed.</summary>
    public IReadOnlyList<Option> Fixed => [batchSize, learningRate, momentum, weightDecay, stepSize, gamma, seed, augment];

    /// <summary>The options that were asked for, for a data set.</summary>
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

    /// <summary>The options of a training that is resumed: only the number of epochs may be another.</summary>
    public TrainingOptions<float> Resumed(ParseResult parsed, TrainingOptions options) => new TrainingOptions<float>(options) with { Epochs = parsed.GetValue(epochs) ?? options.Epochs };

    private static string Name(Augment augment) => augment == Augment.None ? "none" : "crop-flip";

    private static string Defaults(Func<TrainingOptions, object> of)
    {
        object shapes = of(TrainingDefaults.Options("shapes")), cifar10 = of(TrainingDefaults.Options("cifar10"));
        return shapes.Equals(cifar10) ? $"[default: {shapes}]" : $"[default: {shapes}, for cifar10 {cifar10}]";
    }
}

using DeepSharp.Data;
using DeepSharp.Nn;
using DeepSharp.Vgg;

namespace DeepSharp.Cli.Options;

/// <summary>The default training settings for each data set.</summary>
internal static class TrainingDefaults
{
    /// <summary>The smallest image size for which the ImageNet head is the default.</summary>
    private const int ImageNetSize = 224;

    /// <summary>The name of the default model for a data set.</summary>
    public static string Model(string data) => data == "cifar10" ? "vgg11-bn" : VggNames.Small;

    /// <summary>The default training options for a data set.</summary>
    public static TrainingOptions Options(string data) => data == "cifar10"
        ? new TrainingOptions { Augment = Augment.CropAndFlip }
        : new TrainingOptions { Epochs = 4, BatchSize = 64, StepSize = 2 };

    /// <summary>The name of the default head for images whose smaller side is <paramref name="size"/>.</summary>
    public static string Head(int size) => size >= ImageNetSize ? "imagenet" : "compact";
}

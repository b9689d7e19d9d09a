using DeepSharp.Data;
using DeepSharp.Nn;
using DeepSharp.Vgg;

namespace DeepSharp.Cli.Options;

/// <summary>What a training uses where its user says nothing: one place for the choices that suit each data set.</summary>
internal static class TrainingDefaults
{
    /// <summary>Images from this size on get the ImageNet head.</summary>
    private const int ImageNetSize = 224;

    /// <summary>The name of the model for a data set.</summary>
    public static string Model(string data) => data == "cifar10" ? "vgg11-bn" : VggNames.Small;

    /// <summary>The options for a data set.</summary>
    public static TrainingOptions Options(string data) => data == "cifar10"
        ? new TrainingOptions { Augment = Augment.CropAndFlip }
        : new TrainingOptions { Epochs = 4, BatchSize = 64, StepSize = 2 };

    /// <summary>The name of the head for images of a height and width.</summary>
    public static string Head(int size) => size >= ImageNetSize ? "imagenet" : "compact";
}

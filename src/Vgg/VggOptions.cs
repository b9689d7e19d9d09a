using DeepSharp.Nn;

namespace DeepSharp.Vgg;

/// <summary>The options of a VGG model, besides its <see cref="VggConfig"/>.</summary>
public sealed record VggOptions
{
    /// <summary>Whether there is a batch normalization between each convolution and its ReLU.</summary>
    public bool BatchNorm { get; init; }

    /// <summary>
    /// Whether convolutions have a bias. In training, a batch normalization after the convolution cancels it, but torchvision's models with
    /// batch normalization also have it.
    /// </summary>
    public bool ConvolutionBias { get; init; } = true;

    /// <summary>The number of classes.</summary>
    public int Classes { get; init; } = 1000;

    /// <summary>The classifier.</summary>
    public VggHead Head { get; init; } = VggHead.ImageNet;

    /// <summary>How the weights are initialized.</summary>
    public Initialization Initialization { get; init; } = Initialization.KaimingFanOut;

    /// <summary>The number of channels of the images: 3 for color.</summary>
    public int InputChannels { get; init; } = 3;

    /// <summary>Height and width of the smallest image that the model must accept. Creating a model fails if it does not.</summary>
    public int InputSize { get; init; } = 32;

    /// <summary>The constants of the local response normalizations.</summary>
    public LrnConstants Lrn { get; init; } = LrnConstants.Paper;
}

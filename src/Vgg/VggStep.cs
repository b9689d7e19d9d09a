namespace DeepSharp.Vgg;

/// <summary>The kind of a <see cref="VggStep"/>.</summary>
public enum VggStepKind
{
    /// <summary>A convolution, its batch normalization if the model has them, and a ReLU.</summary>
    Convolution,

    /// <summary>A 2×2 max pooling with stride 2.</summary>
    MaxPool,

    /// <summary>A local response normalization.</summary>
    LocalResponseNorm,
}

/// <summary>One token of a <see cref="VggConfig"/>.</summary>
public sealed record VggStep
{
    private VggStep(VggStepKind kind, int channels = 0, int kernelSize = 0, int padding = 0) =>
        (Kind, Channels, KernelSize, Padding) = (kind, channels, kernelSize, padding);

    /// <summary>A 2×2 max pooling with stride 2.</summary>
    public static VggStep MaxPool { get; } = new(VggStepKind.MaxPool);

    /// <summary>A local response normalization.</summary>
    public static VggStep LocalResponseNorm { get; } = new(VggStepKind.LocalResponseNorm);

    /// <summary>The kind of the step.</summary>
    public VggStepKind Kind { get; }

    /// <summary>The number of output channels of a convolution; 0 for other steps.</summary>
    public int Channels { get; }

    /// <summary>Height and width of a convolution's kernel; 0 for other steps.</summary>
    public int KernelSize { get; }

    /// <summary>The number of rows and columns of zeros on each side of a convolution's input; 0 for other steps.</summary>
    public int Padding { get; }

    /// <summary>Creates a convolution with its ReLU. The values are not checked.</summary>
    public static VggStep Convolution(int channels, int kernelSize, int padding) =>
        new(VggStepKind.Convolution, channels, kernelSize, padding);

    /// <summary>The token in its shortest form.</summary>
    public override string ToString() => Kind switch
    {
        VggStepKind.MaxPool => "M",
        VggStepKind.LocalResponseNorm => "LRN",
        _ when Padding != (KernelSize - 1) / 2 => $"{Channels}:{KernelSize}p{Padding}",
        _ when KernelSize != 3 => $"{Channels}:{KernelSize}",
        _ => $"{Channels}",
    };
}

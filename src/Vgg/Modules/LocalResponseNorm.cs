using System.Numerics;
using DeepSharp.Autograd;

namespace DeepSharp.Vgg;

/// <summary>The constants of a local response normalization: y = x / (k + a · Σ x²)^beta over a window of channels.</summary>
public sealed record LrnConstants
{
    /// <summary>The number of channels in the window.</summary>
    public int Size { get; init; } = 5;

    /// <summary>The weight of the squares.</summary>
    public double Alpha { get; init; } = 1e-4;

    /// <summary>The exponent.</summary>
    public double Beta { get; init; } = 0.75;

    /// <summary>What is added to the squares.</summary>
    public double K { get; init; } = 2;

    /// <summary>Whether a is alpha / size, as in PyTorch, Caffe and ONNX, or alpha itself, as in the AlexNet paper.</summary>
    public bool DivideAlphaBySize { get; init; }

    /// <summary>Those of the AlexNet paper, which the VGG paper cites: n = 5, k = 2, alpha = 1e-4 undivided, beta = 0.75.</summary>
    public static LrnConstants Paper { get; } = new();

    /// <summary>PyTorch's defaults: k = 1, alpha = 1e-4 divided by the size.</summary>
    /// <param name="size">The number of channels in the window.</param>
    public static LrnConstants PyTorch(int size) => new() { Size = size, K = 1, DivideAlphaBySize = true };
}

/// <summary>Describes a <see cref="LocalResponseNorm{T}"/>.</summary>
/// <param name="Key">Its path in the model.</param>
/// <param name="Constants">Its constants.</param>
public sealed record LocalResponseNormPlan(string Key, LrnConstants Constants) : LayerPlan(Key)
{
    /// <inheritdoc/>
    public override Module<T> Build<T>(LayerSource source) => new LocalResponseNorm<T>(Constants);
}

/// <summary>Normalizes each pixel of images [N, C, H, W] by its neighbours in channel (Krizhevsky et al. 2012, section 3.3).</summary>
/// <param name="constants">Window, exponent and weights; null for the paper's.</param>
public sealed class LocalResponseNorm<T>(LrnConstants? constants = null) : Module<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Window, exponent and weights.</summary>
    public LrnConstants Constants { get; } = constants ?? LrnConstants.Paper;

    /// <inheritdoc/>
    public override Variable<T> Forward(Variable<T> x) =>
        x.LocalResponseNorm(Constants.Size, Constants.Alpha, Constants.Beta, Constants.K, Constants.DivideAlphaBySize);
}

using System.Globalization;
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

    /// <summary>
    /// Reads constants from text: <c>paper</c>; <c>pytorch</c> for PyTorch's defaults with a window of 2; or size, alpha, beta and k as
    /// <c>torch.nn.LocalResponseNorm</c> takes them, alpha divided by the size: <c>5,5e-4,0.75,2</c>, which are the paper's.
    /// </summary>
    /// <exception cref="ArgumentException">The text is none of these.</exception>
    public static LrnConstants Parse(string text) => text switch
    {
        "paper" => Paper,
        "pytorch" => PyTorch(2),
        null => throw new ArgumentNullException(nameof(text)),
        _ => ParseNumbers(text.Split(',')) ?? throw new ArgumentException(
            $"Local response normalization: expected paper, pytorch, or size, alpha, beta and k as in 5,5e-4,0.75,2; found \"{text}\"."),
    };

    private static LrnConstants? ParseNumbers(string[] parts)
    {
        double[] numbers = [.. parts.Select(part => double.TryParse(part, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) ? number : double.NaN)];
        if (numbers is not [>= 1 and <= 1 << 16 and var size, var alpha, var beta, var k] || size % 1 != 0 || !numbers.All(double.IsFinite)) return null;
        return new LrnConstants { Size = (int)size, Alpha = alpha, Beta = beta, K = k, DivideAlphaBySize = true };
    }
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

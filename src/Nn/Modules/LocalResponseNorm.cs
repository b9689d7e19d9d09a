using System.Globalization;
using System.Numerics;
using DeepSharp.Autograd;
using DeepSharp.Formats;
using DeepSharp.Tensors;

namespace DeepSharp.Nn;

/// <summary>The constants of a local response normalization: y = x / (k + a · Σ x²)^beta, summed over a window of channels.</summary>
/// <remarks>The factor a is alpha or alpha / size; see <see cref="DivideAlphaBySize"/>.</remarks>
public sealed record LrnConstants
{
    /// <summary>The number of channels in the window.</summary>
    public int Size { get; init; } = 5;

    /// <summary>The constant alpha: the factor a, or a · size; see <see cref="DivideAlphaBySize"/>.</summary>
    public double Alpha { get; init; } = 1e-4;

    /// <summary>The exponent.</summary>
    public double Beta { get; init; } = 0.75;

    /// <summary>The constant k.</summary>
    public double K { get; init; } = 2;

    /// <summary>Whether a is alpha / size, as in PyTorch, Caffe and ONNX. If false, a is alpha, as in the AlexNet paper.</summary>
    public bool DivideAlphaBySize { get; init; }

    /// <summary>The AlexNet paper's constants, which the VGG paper cites: size 5, k = 2, alpha = 1e-4 undivided, beta = 0.75.</summary>
    public static LrnConstants Paper { get; } = new();

    /// <summary>PyTorch's defaults: k = 1, alpha = 1e-4 divided by the size, beta = 0.75. There is no default size.</summary>
    /// <param name="size">The number of channels in the window.</param>
    public static LrnConstants PyTorch(int size) => new() { Size = size, K = 1, DivideAlphaBySize = true };

    /// <summary>
    /// Reads constants from text: <c>paper</c>; <c>pytorch</c> for PyTorch's defaults with size 2; or size, alpha, beta and k as in
    /// <c>torch.nn.LocalResponseNorm</c>, where alpha is divided by the size. <c>5,5e-4,0.75,2</c> is equivalent to the paper's constants.
    /// </summary>
    /// <exception cref="ArgumentException">
    /// The text has another form, the size is not an integer from 1 to 65,536, or a number is not finite.
    /// </exception>
    public static LrnConstants Parse(string text) => text switch
    {
        "paper" => Paper,
        "pytorch" => PyTorch(2),
        null => throw new ArgumentNullException(nameof(text)),
        _ => ParseNumbers(text.Split(',')) ?? throw new ArgumentException(
            $"Local response normalization: expected paper, pytorch, or size, alpha, beta and k as in 5,5e-4,0.75,2; found \"{text}\".",
            nameof(text)),
    };

    private static LrnConstants? ParseNumbers(string[] parts)
    {
        double[] numbers = [.. parts.Select(ParseNumber)];
        if (numbers is not [>= 1 and <= 1 << 16 and var size, var alpha, var beta, var k]) return null;
        if (size % 1 != 0 || !numbers.All(double.IsFinite)) return null;
        return new LrnConstants { Size = (int)size, Alpha = alpha, Beta = beta, K = k, DivideAlphaBySize = true };

        static double ParseNumber(string part) =>
            double.TryParse(part, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) ? number : double.NaN;
    }
}

/// <summary>
/// Normalizes each element of images [N, C, H, W] by the same pixel in the neighboring channels (Krizhevsky et al. 2012, section 3.3).
/// </summary>
/// <param name="constants">The constants; null for <see cref="LrnConstants.Paper"/>.</param>
public sealed class LocalResponseNorm<T>(LrnConstants? constants = null) : Module<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>The constants of the normalization.</summary>
    public LrnConstants Constants { get; } = constants ?? LrnConstants.Paper;

    /// <inheritdoc/>
    protected override string Settings => $"{Constants.Size}, alpha {Alpha}, beta {Constants.Beta}, k {Constants.K}";

    // The factor a of the formula.
    private double Alpha => Constants.DivideAlphaBySize ? Constants.Alpha / Constants.Size : Constants.Alpha;

    /// <inheritdoc/>
    public override Variable<T> Forward(Variable<T> x) =>
        x.LocalResponseNorm(Constants.Size, Constants.Alpha, Constants.Beta, Constants.K, Constants.DivideAlphaBySize);

    /// <inheritdoc/>
    public override Shape OutputShape(Shape input, Mode mode = Mode.Evaluation) => RequireImages(input);

    /// <inheritdoc/>
    public override void ExportOnnx(OnnxGraph graph, string key, Shape input)
    {
        ArgumentNullException.ThrowIfNull(graph);
        if (int.IsOddInteger(Constants.Size))
        {
            // ONNX divides its alpha by the size, so pass a · size.
            graph.Add("LRN", key, [graph.Last],
                OnnxAttribute.Of("size", Constants.Size), OnnxAttribute.Of("alpha", Alpha * Constants.Size),
                OnnxAttribute.Of("beta", Constants.Beta), OnnxAttribute.Of("bias", Constants.K));
            return;
        }

        // An even window includes one more channel below the center than above it. In ONNX, it includes one more above. So k + a·Σx² is
        // exported as a 1×1 convolution of the squares.
        int channels = input[1];
        float[] matrix = new float[channels * channels];
        for (int c = 0; c < channels; c++)
        {
            int first = Math.Max(0, c - (Constants.Size / 2)), last = Math.Min(channels - 1, c + ((Constants.Size - 1) / 2));
            matrix.AsSpan((c * channels) + first, last - first + 1).Fill((float)Alpha);
        }

        string x = graph.Last;
        string weights = graph.OwnConstant($"{key}.alpha", Tensor<float>.FromArray(matrix, [channels, channels, 1, 1]));
        string bias = graph.OwnConstant($"{key}.k", Tensor<float>.Full([channels], (float)Constants.K));
        string exponent = graph.OwnConstant($"{key}.exponent", Tensor<float>.Full([1], (float)-Constants.Beta));
        string squares = graph.Add("Mul", $"{key}.squares", [x, x]);
        string sums = graph.Add("Conv", $"{key}.sums", [squares, weights, bias], OnnxAttribute.Of("kernel_shape", [1, 1]));
        string factors = graph.Add("Pow", $"{key}.factors", [sums, exponent]);
        graph.Add("Mul", key, [x, factors]);
    }
}

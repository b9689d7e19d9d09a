namespace DeepSharp.Tensors;

/// <summary>All lengths of one convolution: input [N, C, H, W], weights [K, C, kH, kW], output [N, K, OH, OW].</summary>
/// <remarks>OH = ⌊(H + 2·padding − kH) / stride⌋ + 1, likewise OW.</remarks>
public readonly record struct ConvolutionShape
{
    private ConvolutionShape(Shape input, Shape weights, ConvolutionGeometry geometry)
    {
        (N, C, H, W) = (input[0], input[1], input[2], input[3]);
        (K, KernelHeight, KernelWidth) = (weights[0], weights[2], weights[3]);
        Geometry = geometry;
        OutputHeight = OutputLength(H, KernelHeight, geometry.StrideHeight, geometry.PaddingHeight);
        OutputWidth = OutputLength(W, KernelWidth, geometry.StrideWidth, geometry.PaddingWidth);
    }

    /// <summary>Images.</summary>
    public int N { get; }

    /// <summary>Input channels.</summary>
    public int C { get; }

    /// <summary>Input height.</summary>
    public int H { get; }

    /// <summary>Input width.</summary>
    public int W { get; }

    /// <summary>Output channels.</summary>
    public int K { get; }

    /// <summary>Kernel height.</summary>
    public int KernelHeight { get; }

    /// <summary>Kernel width.</summary>
    public int KernelWidth { get; }

    /// <summary>Output height.</summary>
    public int OutputHeight { get; }

    /// <summary>Output width.</summary>
    public int OutputWidth { get; }

    /// <summary>Steps and padding.</summary>
    public ConvolutionGeometry Geometry { get; }

    /// <summary>The shape of the input, [N, C, H, W].</summary>
    public Shape Input => [N, C, H, W];

    /// <summary>The shape of the weights, [K, C, kH, kW].</summary>
    public Shape Weights => [K, C, KernelHeight, KernelWidth];

    /// <summary>The shape of the output, [N, K, OH, OW].</summary>
    public Shape Output => [N, K, OutputHeight, OutputWidth];

    /// <summary>The multiplications of the direct algorithm, padding counted: N·K·C·OH·OW·kH·kW.</summary>
    public long Multiplications => (long)N * K * C * OutputHeight * OutputWidth * KernelHeight * KernelWidth;

    /// <summary>The elements that one output sums over: kH·kW·C.</summary>
    internal int PatchLength => KernelHeight * KernelWidth * C;

    /// <summary>Checks that everything fits.</summary>
    /// <exception cref="ShapeException">The channels differ, or the kernel is larger than the padded image.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A stride below 1 or a padding below 0.</exception>
    public static ConvolutionShape Of(Shape input, Shape weights, ConvolutionGeometry geometry)
    {
        if (input.Rank != 4 || weights.Rank != 4)
            throw new ShapeException($"Conv2d: expected an input [N, C, H, W] and weights [K, C, kH, kW], found {input} and {weights}.");
        if (input[1] != weights[1])
            throw new ShapeException($"Conv2d: input {input} has {input[1]} channels, weight {weights} expects {weights[1]}.");
        if (geometry.StrideHeight < 1 || geometry.StrideWidth < 1)
            throw new ArgumentOutOfRangeException(nameof(geometry), $"Conv2d: the stride must be at least 1, found {geometry.StrideHeight}×{geometry.StrideWidth}.");
        if (geometry.PaddingHeight < 0 || geometry.PaddingWidth < 0)
            throw new ArgumentOutOfRangeException(nameof(geometry), $"Conv2d: the padding must be at least 0, found {geometry.PaddingHeight}×{geometry.PaddingWidth}.");
        if (input[2] + (2 * geometry.PaddingHeight) < weights[2] || input[3] + (2 * geometry.PaddingWidth) < weights[3])
        {
            throw new ShapeException(
                $"Conv2d: input {input} with padding {geometry.PaddingHeight}×{geometry.PaddingWidth} is smaller than the kernel {weights[2]}×{weights[3]}.");
        }

        return new ConvolutionShape(input, weights, geometry);
    }

    private static int OutputLength(int length, int kernel, int stride, int padding) => ((length + (2 * padding) - kernel) / stride) + 1;
}

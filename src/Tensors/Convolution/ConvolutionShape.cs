namespace DeepSharp.Tensors;

/// <summary>The dimensions of one convolution: input [N, C, H, W], weights [K, C, kH, kW], output [N, K, OH, OW].</summary>
public readonly record struct ConvolutionShape
{
    private ConvolutionShape(Shape input, int k, Window2d window, int outputHeight, int outputWidth)
    {
        (N, C, H, W) = (input[0], input[1], input[2], input[3]);
        (K, Window, OutputHeight, OutputWidth) = (k, window, outputHeight, outputWidth);
    }

    /// <summary>The number of images.</summary>
    public int N { get; }

    /// <summary>The number of input channels.</summary>
    public int C { get; }

    /// <summary>The height of the input.</summary>
    public int H { get; }

    /// <summary>The width of the input.</summary>
    public int W { get; }

    /// <summary>The number of output channels.</summary>
    public int K { get; }

    /// <summary>The kernel size, strides and padding.</summary>
    public Window2d Window { get; }

    /// <summary>The height of the output.</summary>
    public int OutputHeight { get; }

    /// <summary>The width of the output.</summary>
    public int OutputWidth { get; }

    /// <summary>The shape of the input, [N, C, H, W].</summary>
    public Shape Input => [N, C, H, W];

    /// <summary>The shape of the weights, [K, C, kH, kW].</summary>
    public Shape Weights => [K, C, Window.Height, Window.Width];

    /// <summary>The shape of the output, [N, K, OH, OW].</summary>
    public Shape Output => [N, K, OutputHeight, OutputWidth];

    /// <summary>The number of multiplications by the definition, including those with padding: N·K·C·OH·OW·kH·kW.</summary>
    public long Multiplications => (long)N * K * C * OutputHeight * OutputWidth * Window.Height * Window.Width;

    /// <summary>The number of elements in one window, and so the number of products summed for one output: kH·kW·C.</summary>
    internal int PatchLength => Window.Height * Window.Width * C;

    /// <summary>Checks the shapes and returns the dimensions of the convolution.</summary>
    /// <exception cref="ShapeException">
    /// A rank is not 4, the channels differ, the window and the weights differ in size, or the window is larger than the padded image.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">A stride is below 1 or a padding is below 0.</exception>
    public static ConvolutionShape Of(Shape input, Shape weights, Window2d window)
    {
        if (input.Rank != 4 || weights.Rank != 4)
            throw new ShapeException($"Conv2d: expected an input [N, C, H, W] and weights [K, C, kH, kW], found {input} and {weights}.");
        if (weights[1] < input[1] && input[1] % weights[1] == 0)
        {
            throw new ShapeException(
                $"Conv2d: input {input} has {input[1]} channels, weight {weights} has {weights[1]}, which means "
                + $"{input[1] / weights[1]} groups; groups are not supported, expected weight {weights.With(1, input[1])}.");
        }

        if (input[1] != weights[1])
            throw new ShapeException($"Conv2d: input {input} has {input[1]} channels, weight {weights} expects {weights[1]}.");
        if ((window.Height, window.Width) != (weights[2], weights[3]))
        {
            throw new ShapeException(
                $"Conv2d: weight {weights} has a kernel of {weights[2]}×{weights[3]}, the window is {window}; their sizes must be equal.");
        }

        var (vertical, horizontal) = WindowAxis.Of(window, input, "Conv2d");
        return new ConvolutionShape(input, weights[0], window, vertical.Outputs, horizontal.Outputs);
    }

    /// <summary>All dimensions, for instance <c>[8, 3, 32, 32] ⋆ [64, 3, 3, 3] = [8, 64, 32, 32], stride 1×1, padding 1×1</c>.</summary>
    public override string ToString() =>
        $"{Input} ⋆ {Weights} = {Output}, stride {Window.StrideHeight}×{Window.StrideWidth}, "
        + $"padding {Window.PaddingHeight}×{Window.PaddingWidth}";
}

namespace DeepSharp.Tensors;

/// <summary>The matrix product of im2col without its matrix: the micro-kernel reads the windows where they lie in padded rows of the image.</summary>
/// <remarks>
/// Channels-last, a row of a window is one run of kW·C elements, and the windows of neighbouring pixels are stride·C apart: two strides, which is all
/// that the micro-kernel asks of its operand. A convolution is then kH products for each row of the output.
/// </remarks>
internal sealed class ImplicitGemmConvolution : ConvolutionAlgorithm
{
    // Of larger weights too few partial sums fit in memory to keep the workers busy.
    private const int LargestWeightSum = 1 << 20;

    public override string Name => "implicit-gemm";

    public override string Description => "the product of im2col, read from padded rows of the image; any shape, for the input gradient with stride 1";

    public override bool CanRun(in ConvolutionShape shape, ConvolutionPass pass) =>
        pass != ConvolutionPass.InputGradient || IsForward(shape);

    internal override bool Wins(in ConvolutionShape shape, ConvolutionPass pass, VectorWidth width) => FillsTiles(shape.OutputWidth) && pass switch
    {
        // A few pixels are one task here, and many in im2col.
        ConvolutionPass.Forward => shape.N * shape.OutputHeight * shape.OutputWidth > PackedProducts.MostRows,
        ConvolutionPass.InputGradient => FillsTiles(shape.W),
        _ => (long)shape.PatchLength * shape.K <= LargestWeightSum,
    };

    internal override void Forward<T>(in ConvolutionShape shape, Tensor<T> x, Tensor<T> weights, Epilogue<T> epilogue, Tensor<T> y, bool keepWeights)
    {
        var s = shape;
        if (keepWeights)
        {
            ImplicitGemmForward.Run(x.Context, s, x.ReadMemory(), PackedProducts.Kept(s, weights).Memory, epilogue, y.WriteMemory());
            return;
        }

        using var packed = PackedProducts.Pack(s, weights);
        ImplicitGemmForward.Run(x.Context, s, x.ReadMemory(), packed.Memory, epilogue, y.WriteMemory());
    }

    /// <summary>The gradient of the output, padded by kernel − 1 − padding, convolved with the weights turned by 180° and K and C exchanged.</summary>
    internal override void InputGradient<T>(in ConvolutionShape shape, Tensor<T> dy, Tensor<T> weights, Tensor<T> dx)
    {
        var geometry = new ConvolutionGeometry(1, 1, shape.KernelHeight - 1 - shape.Geometry.PaddingHeight, shape.KernelWidth - 1 - shape.Geometry.PaddingWidth);
        var s = ConvolutionShape.Of(shape.Output, [shape.C, shape.K, shape.KernelHeight, shape.KernelWidth], geometry);
        using var turned = dy.Context.Pool.RentScratch<T>(weights.ElementCount);
        var (source, target) = (weights.ReadMemory(), turned.Memory);
        int taps = s.KernelHeight * s.KernelWidth;
        dy.Context.Workers.Run(s.C, k =>
        {
            // [K][taps][C] to [taps reversed][K] rows of C: the depth of the product runs over (tap, K), its columns are C.
            for (int tap = 0; tap < taps; tap++)
                source.Span.Slice(((k * taps) + tap) * s.K, s.K).CopyTo(target.Span[((((taps - 1 - tap) * s.C) + k) * s.K)..]);
        });
        using var packed = ImplicitGemmForward.Pack(dy.Context, MatrixView<T>.RowMajor(turned.Memory, taps * s.C, s.K));
        ImplicitGemmForward.Run(dy.Context, s, dy.ReadMemory(), packed.Memory, default, dx.WriteMemory());
    }

    internal override void WeightGradient<T>(in ConvolutionShape shape, Tensor<T> x, Tensor<T> dy, Tensor<T> dw) =>
        ImplicitGemmWeightGradient.Run(x.Context, shape, x.ReadMemory(), dy.ReadMemory(), dw.WriteMemory());

    /// <summary>Whether the gradient of the input is a convolution of its own.</summary>
    private static bool IsForward(in ConvolutionShape s) =>
        s.Geometry is { StrideHeight: 1, StrideWidth: 1 } && s.Geometry.PaddingHeight < s.KernelHeight && s.Geometry.PaddingWidth < s.KernelWidth;

    /// <summary>Whether the micro-kernel's tiles, which do not go beyond a row of pixels, are nearly full.</summary>
    private static bool FillsTiles(int pixels) => pixels * 4 >= Packing.RoundUp(pixels, MicroKernel.Rows) * 3;
}

namespace DeepSharp.Tensors;

/// <summary>The matrix product of im2col without its matrix: the micro-kernel reads the windows where they lie in padded rows of the image.</summary>
/// <remarks>
/// Channels-last, a row of a window is one run of kW·C elements, and the windows of neighbouring pixels are stride·C apart: two strides, which is all
/// that the micro-kernel asks of its operand, see <see cref="IRowSource"/>.
/// </remarks>
internal sealed class ImplicitGemmConvolution : ConvolutionAlgorithm
{
    public override string Name => "implicit-gemm";

    public override string Description => "the product of im2col, read from padded rows of the image; any shape, for the input gradient with stride 1";

    public override bool CanRun(in ConvolutionShape shape, ConvolutionPass pass) =>
        pass != ConvolutionPass.InputGradient || IsForward(shape);

    internal override void Forward<T>(
        in ConvolutionShape shape, Tensor<T> x, Tensor<T> weights, Epilogue<T> epilogue, Tensor<T> y, bool cacheWeights)
    {
        using var packed = PackedWeights<T>.Of(shape, weights, cacheWeights);
        ImplicitGemmForward.Run(x.Context, shape, x.ReadMemory(), packed.Memory, epilogue, y.WriteMemory());
    }

    /// <summary>The gradient of the output, padded by kernel − 1 − padding, convolved with the weights rotated by 180°, K and C exchanged.</summary>
    internal override void InputGradient<T>(in ConvolutionShape shape, Tensor<T> dy, Tensor<T> weights, Tensor<T> dx)
    {
        var window = shape.Window;
        window = window with { PaddingHeight = window.Height - 1 - window.PaddingHeight, PaddingWidth = window.Width - 1 - window.PaddingWidth };
        var s = ConvolutionShape.Of(shape.Output, [shape.C, shape.K, window.Height, window.Width], window);
        using var rotated = dy.Context.Pool.RentScratch<T>(weights.ElementCount);
        var (source, target) = (weights.ReadMemory(), rotated.Memory);
        int taps = s.Window.Height * s.Window.Width;
        dy.Context.Workers.Run(s.C, 1, (k, _) =>
        {
            // [K][taps][C] to [taps reversed][K] rows of C: the depth of the product runs over (tap, K), its columns are C.
            for (int tap = 0; tap < taps; tap++)
                source.Span.Slice(((k * taps) + tap) * s.K, s.K).CopyTo(target.Span[((((taps - 1 - tap) * s.C) + k) * s.K)..]);
        });
        using var packed = Packing.Panels(dy.Context, MatrixView<T>.RowMajor(rotated.Memory, taps * s.C, s.K));
        ImplicitGemmForward.Run(dy.Context, s, dy.ReadMemory(), packed.Memory, default, dx.WriteMemory());
    }

    internal override void WeightGradient<T>(in ConvolutionShape shape, Tensor<T> x, Tensor<T> dy, Tensor<T> dw) =>
        ImplicitGemmWeightGradient.Run(x.Context, shape, x.ReadMemory(), dy.ReadMemory(), dw.WriteMemory());

    /// <summary>Whether the gradient of the input is a convolution of its own.</summary>
    private static bool IsForward(in ConvolutionShape s) =>
        s.Window is { StrideHeight: 1, StrideWidth: 1 } window && window.PaddingHeight < window.Height && window.PaddingWidth < window.Width;
}

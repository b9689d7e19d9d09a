namespace DeepSharp.Tensors;

/// <summary>
/// The matrix product of im2col without its patch matrix: the micro-kernel reads the windows from padded copies of image rows.
/// </summary>
/// <remarks>
/// In channels-last order, each row of a window is one contiguous run of kW·C elements. The micro-kernel therefore needs only the offset
/// of each window (<see cref="RowTable"/>) and the layout of the runs in a window (<see cref="SumPath"/>). See <see cref="PaddedRows"/>.
/// </remarks>
internal sealed class ImplicitGemmConvolution : ConvolutionAlgorithm
{
    public override string Name => "implicit-gemm";

    public override string Description =>
        "im2col without its matrix: windows are read from padded rows; any shape, input gradient only with stride 1 and padding < kernel";

    public override bool CanRun(in ConvolutionShape shape, ConvolutionPass pass) =>
        pass != ConvolutionPass.InputGradient || IsForward(shape);

    internal override void Forward<T>(
        in ConvolutionShape shape, Tensor<T> x, Tensor<T> weights, Epilogue<T> epilogue, Tensor<T> y, bool cacheWeights)
    {
        using var packed = PackedWeights<T>.Of(shape, weights, cacheWeights);
        ImplicitGemmForward.Run(x.Context, shape, x.ReadMemory(), packed.Memory, epilogue, y.WriteMemory());
    }

    /// <summary>
    /// Convolves the gradient of the output, padded by kernel − 1 − padding, with the weights, rotated by 180° and with K and C exchanged.
    /// </summary>
    internal override void InputGradient<T>(in ConvolutionShape shape, Tensor<T> dy, Tensor<T> weights, Tensor<T> dx)
    {
        var window = shape.Window;
        window = window with
        {
            PaddingHeight = window.Height - 1 - window.PaddingHeight,
            PaddingWidth = window.Width - 1 - window.PaddingWidth,
        };
        var s = ConvolutionShape.Of(shape.Output, [shape.C, shape.K, window.Height, window.Width], window);
        using var rotated = dy.Context.Pool.RentScratch<T>(weights.ElementCount);
        var (source, target) = (weights.ReadMemory(), rotated.Memory);
        int taps = s.Window.Height * s.Window.Width;
        dy.Context.Workers.Run(s.C, 1, (k, _) =>
        {
            // Reorders [K][tap][C] to [reversed tap][K][C]. The depth of the product is (tap, K), and its columns are C.
            for (int tap = 0; tap < taps; tap++)
                source.Span.Slice(((k * taps) + tap) * s.K, s.K).CopyTo(target.Span[((((taps - 1 - tap) * s.C) + k) * s.K)..]);
        });
        using var packed = Packing.Panels(dy.Context, MatrixView<T>.RowMajor(rotated.Memory, taps * s.C, s.K));
        ImplicitGemmForward.Run(dy.Context, s, dy.ReadMemory(), packed.Memory, default, dx.WriteMemory());
    }

    internal override void WeightGradient<T>(in ConvolutionShape shape, Tensor<T> x, Tensor<T> dy, Tensor<T> dw) =>
        ImplicitGemmWeightGradient.Run(x.Context, shape, x.ReadMemory(), dy.ReadMemory(), dw.WriteMemory());

    /// <summary>Whether the input gradient can be computed as a forward convolution.</summary>
    private static bool IsForward(in ConvolutionShape s) =>
        s.Window is { StrideHeight: 1, StrideWidth: 1 } window
        && window.PaddingHeight < window.Height && window.PaddingWidth < window.Width;
}

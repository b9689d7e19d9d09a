namespace DeepSharp.Tensors;

/// <summary>A 1×1 convolution (stride 1, no padding) is a matrix product: pixels [N·H·W, C] times weights [K, C] transposed.</summary>
internal sealed class PointwiseConvolution : ConvolutionAlgorithm
{
    public override string Name => "pointwise";

    public override string Description => "1×1 kernels as one matrix product, without copying windows; stride 1, no padding";

    public override bool CanRun(in ConvolutionShape shape, ConvolutionPass pass) =>
        shape.Window == new Window2d(1, 1);

    internal override void Forward<T>(
        in ConvolutionShape shape, Tensor<T> x, Tensor<T> weights, Epilogue<T> epilogue, Tensor<T> y, bool cacheWeights)
    {
        var (pixels, channels, context) = (shape.N * shape.H * shape.W, shape.K, x.Context);
        GemmKernel.Run(
            context, T.One, MatrixView<T>.RowMajor(x.ReadMemory(), pixels, shape.C),
            MatrixView<T>.RowMajor(weights.ReadMemory(), channels, shape.C).Transposed, T.Zero, y.WriteMemory(), channels, epilogue);
    }

    internal override void InputGradient<T>(in ConvolutionShape shape, Tensor<T> dy, Tensor<T> weights, Tensor<T> dx) =>
        GemmKernel.Run(
            dy.Context, T.One, MatrixView<T>.RowMajor(dy.ReadMemory(), shape.N * shape.H * shape.W, shape.K),
            MatrixView<T>.RowMajor(weights.ReadMemory(), shape.K, shape.C), T.Zero, dx.WriteMemory(), shape.C);

    internal override void WeightGradient<T>(in ConvolutionShape shape, Tensor<T> x, Tensor<T> dy, Tensor<T> dw)
    {
        int pixels = shape.N * shape.H * shape.W;
        GemmKernel.Run(
            dy.Context, T.One, MatrixView<T>.RowMajor(dy.ReadMemory(), pixels, shape.K).Transposed,
            MatrixView<T>.RowMajor(x.ReadMemory(), pixels, shape.C), T.Zero, dw.WriteMemory(), shape.C);
    }
}

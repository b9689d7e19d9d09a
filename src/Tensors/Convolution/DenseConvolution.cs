namespace DeepSharp.Tensors;

/// <summary>
/// For very small maps: one matrix product for each pair of an output pixel and an input pixel in its window.
/// </summary>
/// <remarks>
/// y[:, p] = Σ_q x[:, q] · w[tap(q, p)]ᵀ. The rows are images, and tap(q, p) is the position of input pixel q in the window of output
/// pixel p. A 3×3 kernel with padding 1 on 2×2 maps takes 16 products of [N, C] by [C, K]. Im2col would take 36, 20 of them with padding.
/// Winograd F(4×4, 3×3) would take 36 products and the transforms.
/// </remarks>
internal sealed class DenseConvolution : ConvolutionAlgorithm
{
    public override string Name => "dense";

    public override string Description => "a matrix product for each pair of an output and an input pixel; very small maps, such as 2×2";

    public override bool CanRun(in ConvolutionShape shape, ConvolutionPass pass) =>
        (long)shape.H * shape.W * shape.OutputHeight * shape.OutputWidth <= Tuning.DenseMaxPairs;

    internal override void Forward<T>(
        in ConvolutionShape shape, Tensor<T> x, Tensor<T> weights, Epilogue<T> epilogue, Tensor<T> y, bool cacheWeights)
    {
        var s = shape;
        var columns = MatrixView<T>.RowMajor(weights.ReadMemory(), s.K, s.PatchLength).Transposed with { Rows = s.C };
        DenseProducts.Multiply(
            x.Context, new DenseMap(s), x.ReadMemory(), s.H * s.W, columns, s.C, y.WriteMemory(), s.OutputHeight * s.OutputWidth, s.N,
            epilogue);
    }

    internal override void InputGradient<T>(in ConvolutionShape shape, Tensor<T> dy, Tensor<T> weights, Tensor<T> dx)
    {
        var s = shape;
        var rows = MatrixView<T>.RowMajor(weights.ReadMemory(), s.K, s.PatchLength) with { Columns = s.C };
        DenseProducts.Multiply(
            dy.Context, new DenseMap(s).Reversed, dy.ReadMemory(), s.OutputHeight * s.OutputWidth, rows, s.C, dx.WriteMemory(), s.H * s.W,
            s.N);
    }

    internal override void WeightGradient<T>(in ConvolutionShape shape, Tensor<T> x, Tensor<T> dy, Tensor<T> dw) =>
        DenseWeightGradient.Run(x.Context, shape, new DenseMap(shape), x.ReadMemory(), dy.ReadMemory(), dw.WriteMemory());
}

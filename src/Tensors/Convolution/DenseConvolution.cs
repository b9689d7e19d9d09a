using System.Numerics;
using System.Numerics.Tensors;

namespace DeepSharp.Tensors;

/// <summary>For maps so small that padding dominates: every output sees every input, so the layer is one dense matrix.</summary>
/// <remarks>
/// y [N, OH·OW·K] = x [N, H·W·C] · Dᵀ with D[(p,q,k), (h,w,c)] = w[k, c, h − p·s + pad, w − q·s + pad], or 0 outside the kernel. With 3×3 kernels and
/// padding 1 on 2×2 maps D has no zeros: 16 multiplications for each pair of channels and image, where the windows of im2col take 36, 20 of them with
/// padding, and one Winograd tile takes 36 and its transforms.
/// </remarks>
internal sealed class DenseConvolution : ConvolutionAlgorithm
{
    // Below this the larger matrix costs more to read than it saves in multiplications.
    private const int SmallestBatch = 8;
    private const long LargestMatrix = 1 << 24;

    public override string Name => "dense";

    public override string Description => "all outputs from all inputs as one matrix; maps of 2×2 and smaller";

    public override bool CanRun(in ConvolutionShape shape, ConvolutionPass pass) => (long)Inputs(shape) * Outputs(shape) <= LargestMatrix;

    internal override bool Wins(in ConvolutionShape shape, ConvolutionPass pass, VectorWidth width) =>
        shape.N >= SmallestBatch && shape.H * shape.W < shape.KernelHeight * shape.KernelWidth && shape.H * shape.W <= 4;

    internal override void Forward<T>(in ConvolutionShape shape, Tensor<T> x, Tensor<T> weights, Epilogue<T> epilogue, Tensor<T> y, bool keepWeights)
    {
        var s = shape;
        if (keepWeights)
        {
            Multiply(s, x, weights.Derive((this, s.Input.With(0, 1), s.Geometry), w => Expand(s, w)), epilogue, y);
            return;
        }

        using var matrix = Expand(s, weights);
        Multiply(s, x, matrix, epilogue, y);
    }

    internal override void InputGradient<T>(in ConvolutionShape shape, Tensor<T> dy, Tensor<T> weights, Tensor<T> dx)
    {
        using var matrix = Expand(shape, weights);
        GemmKernel.Run(
            dy.Context, T.One, MatrixView<T>.RowMajor(dy.ReadMemory(), shape.N, Outputs(shape)),
            MatrixView<T>.RowMajor(matrix.Memory, Outputs(shape), Inputs(shape)), T.Zero, dx.WriteMemory(), Inputs(shape));
    }

    internal override void WeightGradient<T>(in ConvolutionShape shape, Tensor<T> x, Tensor<T> dy, Tensor<T> dw)
    {
        var s = shape;
        using var matrix = x.Context.Pool.RentScratch<T>(Outputs(s) * Inputs(s));
        GemmKernel.Run(
            x.Context, T.One, MatrixView<T>.RowMajor(dy.ReadMemory(), s.N, Outputs(s)).Transposed,
            MatrixView<T>.RowMajor(x.ReadMemory(), s.N, Inputs(s)), T.Zero, matrix.Memory, Inputs(s));

        // The adjoint of Expand: each weight collects the places where it stands.
        var (gradient, source) = (dw.WriteMemory(), matrix.Memory);
        x.Context.Workers.Run(s.K, k =>
        {
            var sums = gradient.Span.Slice(k * s.PatchLength, s.PatchLength);
            sums.Clear();
            for (int output = 0; output < s.OutputHeight * s.OutputWidth; output++)
            {
                var row = source.Span.Slice(((output * s.K) + k) * Inputs(s), Inputs(s));
                for (int input = 0; input < s.H * s.W; input++)
                {
                    if (Tap(s, output, input) is not { } tap) continue;
                    var sum = sums.Slice(tap * s.C, s.C);
                    TensorPrimitives.Add(sum, row.Slice(input * s.C, s.C), sum);
                }
            }
        });
    }

    private static void Multiply<T>(in ConvolutionShape s, Tensor<T> x, PooledMemory<T> matrix, Epilogue<T> epilogue, Tensor<T> y)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var output = y.WriteMemory();
        GemmKernel.Run(
            x.Context, T.One, MatrixView<T>.RowMajor(x.ReadMemory(), s.N, Inputs(s)),
            MatrixView<T>.RowMajor(matrix.Memory, Outputs(s), Inputs(s)).Transposed, T.Zero, output, Outputs(s));
        epilogue.Apply(output.Span, s.K);
    }

    /// <summary>D, one row of H·W·C for each output (p, q, k).</summary>
    private static PooledMemory<T> Expand<T>(ConvolutionShape s, Tensor<T> weights)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var matrix = weights.Context.Pool.Rent<T>(Outputs(s) * Inputs(s));
        var (kernel, target) = (weights.ReadMemory(), matrix.Memory);
        weights.Context.Workers.Run(s.K, k =>
        {
            for (int output = 0; output < s.OutputHeight * s.OutputWidth; output++)
            {
                var row = target.Span.Slice(((output * s.K) + k) * Inputs(s), Inputs(s));
                for (int input = 0; input < s.H * s.W; input++)
                {
                    var channels = row.Slice(input * s.C, s.C);
                    if (Tap(s, output, input) is { } tap) kernel.Span.Slice((k * s.PatchLength) + (tap * s.C), s.C).CopyTo(channels);
                    else channels.Clear();
                }
            }
        });
        return matrix;
    }

    /// <summary>Which tap of the kernel joins an input pixel to an output pixel; null where the kernel does not reach.</summary>
    private static int? Tap(in ConvolutionShape s, int output, int input)
    {
        var ((p, q), (h, w)) = (Math.DivRem(output, s.OutputWidth), Math.DivRem(input, s.W));
        int i = h - (p * s.Geometry.StrideHeight) + s.Geometry.PaddingHeight, j = w - (q * s.Geometry.StrideWidth) + s.Geometry.PaddingWidth;
        return (uint)i < (uint)s.KernelHeight && (uint)j < (uint)s.KernelWidth ? (i * s.KernelWidth) + j : null;
    }

    private static int Inputs(in ConvolutionShape s) => s.H * s.W * s.C;

    private static int Outputs(in ConvolutionShape s) => s.OutputHeight * s.OutputWidth * s.K;
}

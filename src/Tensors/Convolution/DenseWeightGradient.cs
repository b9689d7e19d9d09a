using System.Numerics;

namespace DeepSharp.Tensors;

/// <summary>The weight gradient for small maps: dw[tap] = Σ dy[:, p]ᵀ · x[:, q].</summary>
/// <remarks>The sum runs over the pairs of an output pixel p and an input pixel q that the tap connects.</remarks>
internal static class DenseWeightGradient
{
    /// <summary>Computes dw [K][taps][C] from x [N][pixels][C] and dy [N][pixels][K]. A task computes a panel of input channels.</summary>
    public static void Run<T>(
        ComputeContext context, ConvolutionShape s, DenseMap map, ReadOnlyMemory<T> x, ReadOnlyMemory<T> dy, Memory<T> dw)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        // Packed dy: [block of output channels][output pixel][image][channels of the block].
        var blocks = GemmBlocks.For<T>(context.VectorWidth);
        int outputs = s.OutputHeight * s.OutputWidth, rowBlocks = (s.K + blocks.BlockRows - 1) / blocks.BlockRows;
        using var packed = context.Pool.RentScratch<T>(rowBlocks * outputs * s.N * blocks.BlockRows);
        var gradients = packed.Memory;
        context.Workers.Run(rowBlocks * outputs, 1, (task, _) =>
        {
            var (block, output) = Math.DivRem(task, outputs);
            var view = Gradients(s, dy, output);
            int first = block * blocks.BlockRows;
            Packing.PackA(view, first, Math.Min(blocks.BlockRows, s.K - first), 0, s.N, gradients.Span[(task * s.N * blocks.BlockRows)..]);
        });

        int inputs = s.H * s.W;
        context.Workers.Run((s.C + blocks.PanelColumns - 1) / blocks.PanelColumns, 1, (panel, _) =>
        {
            using var images = context.Pool.RentScratch<T>(inputs * s.N * blocks.PanelColumns);
            SimdDispatch.Run<T, Panel<T>>(
                context.VectorWidth, new(s, map, blocks, x, dy, gradients.Span, dw.Span, images.Span, panel * blocks.PanelColumns));
        });
    }

    /// <summary>The gradients of one output pixel, transposed: [K, N].</summary>
    private static MatrixView<T> Gradients<T>(in ConvolutionShape s, ReadOnlyMemory<T> dy, int output)
        where T : unmanaged, IFloatingPointIeee754<T> => new(dy[(output * s.K)..], s.K, s.N, 1, s.OutputHeight * s.OutputWidth * s.K);

    private readonly ref struct Panel<T>(
        ConvolutionShape s, DenseMap map, GemmBlocks blocks, ReadOnlyMemory<T> x, ReadOnlyMemory<T> dy, ReadOnlySpan<T> gradients,
        Span<T> dw, Span<T> images, int firstColumn)
        : ISimdAction<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        private readonly ReadOnlySpan<T> gradients = gradients;
        private readonly Span<T> dw = dw, images = images;

        private int Inputs => s.H * s.W;

        private int Outputs => s.OutputHeight * s.OutputWidth;

        private int Columns => Math.Min(blocks.PanelColumns, s.C - firstColumn);

        void ISimdAction<T>.Invoke<TSimd, TVector>()
        {
            for (int input = 0; input < Inputs; input++)
            {
                var view = new MatrixView<T>(x[(input * s.C)..], s.N, s.C, Inputs * s.C, 1);
                Packing.PackB(view, 0, s.N, firstColumn, Columns, blocks.PanelColumns, images[(input * s.N * blocks.PanelColumns)..]);
            }

            for (int tap = 0; tap < map.Taps; tap++)
            {
                bool first = true;
                for (int output = 0; output < Outputs; output++)
                {
                    for (int input = 0; input < Inputs; input++)
                    {
                        if (map.Tap(input, output) != tap) continue;
                        Multiply<TSimd, TVector>(input, output, tap, accumulate: !first);
                        first = false;
                    }
                }

                for (int k = 0; first && k < s.K; k++) dw.Slice((((k * map.Taps) + tap) * s.C) + firstColumn, Columns).Clear();
            }
        }

        /// <summary>Computes dw[tap] (+)= dy[:, output]ᵀ · x[:, input] for one panel.</summary>
        private void Multiply<TSimd, TVector>(int input, int output, int tap, bool accumulate)
            where TSimd : struct, ISimd<TVector, T>
            where TVector : struct
        {
            int row = map.Taps * s.C;
            for (int k = 0; k < s.K; k += blocks.BlockRows)
            {
                int rows = Math.Min(blocks.BlockRows, s.K - k);
                var (rowStep, depthStep) = Packing.StridesOfA(Gradients(s, dy, output), rows, s.N);
                PanelProduct.Run<EvenRows, TSimd, TVector, T>(
                    gradients[(((k / blocks.BlockRows * Outputs) + output) * s.N * blocks.BlockRows)..], new(rowStep), rows,
                    new(s.N, Step: depthStep), images[(input * s.N * blocks.PanelColumns)..], blocks.PanelColumns,
                    dw[((k * row) + (tap * s.C) + firstColumn)..], row, Columns, new(T.One, accumulate));
            }
        }
    }
}

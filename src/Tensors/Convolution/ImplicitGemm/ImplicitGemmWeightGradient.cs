using System.Numerics;
using System.Runtime.CompilerServices;

namespace DeepSharp.Tensors;

/// <summary>dw[:, i]ᵀ = Σ rows of pixels: (windows of row i)ᵀ · dy. Lanes run over K, so that few input channels, as in the first layer, fill them.</summary>
internal static class ImplicitGemmWeightGradient
{
    // The sum over rows of pixels is cut into this many parts, added in their order; their memory is bounded.
    private const int MostPartialSums = 16;
    private const int MostPartialBytes = 16 << 20;

    /// <summary>Computes dw [K][kH][kW][C].</summary>
    public static void Run<T>(ComputeContext context, ConvolutionShape s, ReadOnlyMemory<T> x, ReadOnlyMemory<T> dy, Memory<T> dw)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var rows = new PaddedRows(s);
        int lanes = SimdDispatch.Lanes<T>(context.VectorWidth);
        int sumRows = Packing.RoundUp(rows.RunLength, MicroKernel.Rows), sumColumns = Packing.RoundUp(s.K, MicroKernel.Vectors * lanes);
        int length = s.KernelHeight * sumRows * sumColumns, outputRows = s.N * s.OutputHeight;
        int parts = Math.Clamp((int)(MostPartialBytes / ((long)length * Unsafe.SizeOf<T>())), 1, Math.Min(MostPartialSums, outputRows)), rowsPerPart = (outputRows + parts - 1) / parts;
        parts = (outputRows + rowsPerPart - 1) / rowsPerPart;
        using var sums = context.Pool.RentScratch<T>(parts * length);
        var partial = sums.Memory;
        context.Workers.Run(parts, part =>
        {
            // A tile reads whole vectors of dy and whole groups of rows of the windows: beyond their ends too.
            using var padded = context.Pool.RentScratch<T>(rows.Elements(1) + MicroKernel.Rows);
            using var gradients = context.Pool.RentScratch<T>(s.OutputWidth * sumColumns);
            int first = part * rowsPerPart;
            for (int row = first; row < Math.Min(outputRows, first + rowsPerPart); row++)
            {
                var (image, p) = Math.DivRem(row, s.OutputHeight);
                rows.Copy(x.Span, image, p, 1, padded.Span);
                for (int q = 0; q < s.OutputWidth; q++)
                    dy.Span.Slice(((row * s.OutputWidth) + q) * s.K, s.K).CopyTo(gradients.Span[(q * sumColumns)..]);
                SimdDispatch.Run<T, Action<T>>(context.VectorWidth, new(
                    s, rows, padded.Span, gradients.Span, partial.Span.Slice(part * length, length), sumRows, sumColumns, accumulate: row > first));
            }
        });

        // The parts added up, and transposed.
        context.Workers.Run(s.K, k =>
        {
            var target = dw.Span.Slice(k * s.PatchLength, s.PatchLength);
            for (int i = 0; i < s.KernelHeight; i++)
            {
                for (int j = 0; j < rows.RunLength; j++)
                {
                    T sum = T.Zero;
                    for (int part = 0; part < parts; part++) sum += partial.Span[(part * length) + (((i * sumRows) + j) * sumColumns) + k];
                    target[(i * rows.RunLength) + j] = sum;
                }
            }
        });
    }

    private readonly ref struct Action<T>(
        ConvolutionShape s, PaddedRows rows, ReadOnlySpan<T> padded, ReadOnlySpan<T> gradients, Span<T> sums, int sumRows, int sumColumns, bool accumulate) : ISimdAction<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        private readonly ReadOnlySpan<T> padded = padded, gradients = gradients;
        private readonly Span<T> sums = sums;

        public void Invoke<TSimd, TVector>()
            where TSimd : struct, ISimd<TVector, T>
            where TVector : struct
        {
            for (int k = 0; k < sumColumns; k += MicroKernel.Vectors * TSimd.Width)
            {
                for (int i = 0; i < s.KernelHeight; i++)
                {
                    for (int j = 0; j < sumRows; j += MicroKernel.Rows)
                    {
                        MicroKernel.Run<TSimd, TVector, T>(
                            in padded[rows.Start(0, i) + j], 1, rows.PixelStep, in gradients[k], sumColumns, s.OutputWidth,
                            ref sums[(((i * sumRows) + j) * sumColumns) + k], sumColumns, T.One, accumulate);
                    }
                }
            }
        }
    }
}

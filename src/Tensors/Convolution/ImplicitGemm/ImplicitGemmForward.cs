using System.Numerics;
using System.Runtime.InteropServices;

namespace DeepSharp.Tensors;

/// <summary>y[p, :, :] = Σ_i windows of row i · w[:, i]: the forward pass, and with turned weights the gradient of the input.</summary>
internal static class ImplicitGemmForward
{
    // Output pixels of a task: enough that each panel of weights, read from the second-level cache or beyond, serves for many.
    private const int PixelsPerTask = 128;

    /// <summary>Packs the matrix [kH·kW·C, K] into panels [panel][depth][2 vectors].</summary>
    public static PooledMemory<T> Pack<T>(ComputeContext context, MatrixView<T> b)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int columns = GemmBlocks.For<T>(context.VectorWidth).PanelColumns, panels = (b.Columns + columns - 1) / columns;
        var packed = context.Pool.Rent<T>(panels * b.Rows * columns);
        var target = packed.Memory;
        context.Workers.Run(panels, panel => Packing.PackB(
            b, 0, b.Rows, panel * columns, Math.Min(columns, b.Columns - (panel * columns)), columns, target.Span[(panel * b.Rows * columns)..]));
        return packed;
    }

    /// <summary>Convolves images with packed weights.</summary>
    public static void Run<T>(ComputeContext context, ConvolutionShape s, ReadOnlyMemory<T> x, ReadOnlyMemory<T> packed, Epilogue<T> epilogue, Memory<T> y)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int rowsPerTask = Math.Clamp(PixelsPerTask / s.OutputWidth, 1, s.OutputHeight), tasksPerImage = (s.OutputHeight + rowsPerTask - 1) / rowsPerTask;
        var rows = new PaddedRows(s);
        // The micro-kernel reads whole tiles: beyond the last pixel of the last row too.
        int elements = rows.Elements(rowsPerTask) + (MicroKernel.Rows * rows.PixelStep);
        context.Workers.Run(s.N * tasksPerImage, task =>
        {
            var (image, part) = Math.DivRem(task, tasksPerImage);
            using var scratch = context.Pool.RentScratch<T>(elements);
            int first = part * rowsPerTask, count = Math.Min(rowsPerTask, s.OutputHeight - first);
            rows.Copy(x.Span, image, first, count, scratch.Span);
            var output = y.Span.Slice(((image * s.OutputHeight) + first) * s.OutputWidth * s.K, count * s.OutputWidth * s.K);
            SimdDispatch.Run<T, Action<T>>(context.VectorWidth, new(s, rows, scratch.Span, packed.Span, output, count));
            epilogue.Apply(output, s.K);
        });
    }

    private readonly ref struct Action<T>(ConvolutionShape s, PaddedRows rows, ReadOnlySpan<T> padded, ReadOnlySpan<T> packed, Span<T> y, int outputRows) : ISimdAction<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        private readonly ReadOnlySpan<T> padded = padded, packed = packed;
        private readonly Span<T> y = y;

        public void Invoke<TSimd, TVector>()
            where TSimd : struct, ISimd<TVector, T>
            where TVector : struct
        {
            int panelColumns = MicroKernel.Vectors * TSimd.Width, maxDepth = GemmBlocks.DepthFor<T>(panelColumns);
            for (int column = 0; column < s.K; column += panelColumns)
            {
                var panel = packed.Slice(column * s.PatchLength, panelColumns * s.PatchLength);
                if (s.PatchLength <= maxDepth)
                {
                    // The whole panel stays in the first-level cache: each tile of pixels is finished before the next.
                    for (int p = 0; p < outputRows; p++)
                    {
                        for (int q = 0; q < s.OutputWidth; q += MicroKernel.Rows)
                        {
                            for (int i = 0; i < s.KernelHeight; i++)
                                Tile<TSimd, TVector>(p, q, i, 0, rows.RunLength, panel[(i * rows.RunLength * panelColumns)..], column);
                        }
                    }

                    continue;
                }

                for (int i = 0; i < s.KernelHeight; i++)
                {
                    for (int depth = 0; depth < rows.RunLength; depth += maxDepth)
                    {
                        var piece = panel[(((i * rows.RunLength) + depth) * panelColumns)..];
                        for (int p = 0; p < outputRows; p++)
                        {
                            for (int q = 0; q < s.OutputWidth; q += MicroKernel.Rows)
                                Tile<TSimd, TVector>(p, q, i, depth, Math.Min(maxDepth, rows.RunLength - depth), piece, column);
                        }
                    }
                }
            }
        }

        /// <summary>Adds what a piece of row i of the windows gives to one tile: six pixels by two vectors of channels.</summary>
        private void Tile<TSimd, TVector>(int p, int q, int i, int depth, int length, ReadOnlySpan<T> panel, int column)
            where TSimd : struct, ISimd<TVector, T>
            where TVector : struct
        {
            int panelColumns = MicroKernel.Vectors * TSimd.Width;
            MicroKernel.RunPart<TSimd, TVector, T>(
                in padded[rows.Start(p, i) + (q * rows.PixelStep) + depth], rows.PixelStep, 1, in MemoryMarshal.GetReference(panel), panelColumns, length,
                ref y[(((p * s.OutputWidth) + q) * s.K) + column], s.K, Math.Min(MicroKernel.Rows, s.OutputWidth - q), Math.Min(panelColumns, s.K - column),
                T.One, accumulate: i + depth > 0);
        }
    }
}

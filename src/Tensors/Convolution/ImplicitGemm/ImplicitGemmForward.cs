using System.Numerics;

namespace DeepSharp.Tensors;

/// <summary>y[p, :, :] = Σ_i windows of row i · w[:, i]: the forward pass, and with rotated weights the gradient of the input.</summary>
internal static class ImplicitGemmForward
{
    // Output pixels of a task: enough that each panel of weights, read from the second-level cache or beyond, serves for many.
    private const int PixelsPerTask = 192;

    /// <summary>Convolves images with packed weights.</summary>
    public static void Run<T>(ComputeContext context, ConvolutionShape s, ReadOnlyMemory<T> x, ReadOnlyMemory<T> packed, Epilogue<T> epilogue, Memory<T> y)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int rowsPerTask = Math.Clamp(PixelsPerTask / s.OutputWidth, 1, s.OutputHeight), tasksPerImage = (s.OutputHeight + rowsPerTask - 1) / rowsPerTask;
        var rows = new PaddedRows(s);
        using var table = context.Pool.RentScratch<int>(Packing.RoundUp(rowsPerTask * s.OutputWidth, MicroKernel.Rows));
        var places = table.Memory;
        rows.FillPlaces(places.Span, rowsPerTask * s.OutputWidth);
        context.Workers.Run(s.N * tasksPerImage, 1, (task, _) =>
        {
            var (image, part) = Math.DivRem(task, tasksPerImage);
            using var scratch = context.Pool.RentScratch<T>(rows.Elements(rowsPerTask));
            int first = part * rowsPerTask, count = Math.Min(rowsPerTask, s.OutputHeight - first);
            rows.Copy(x.Span, image, first, count, scratch.Span);
            var output = y.Span.Slice(((image * s.OutputHeight) + first) * s.OutputWidth * s.K, count * s.OutputWidth * s.K);
            Multiply(context, s, scratch.Span, places.Span, packed.Span, output, count * s.OutputWidth);
            epilogue.ApplyToRows(output, s.K);
        });
    }

    /// <summary>The windows of some pixels times packed weights, by one worker.</summary>
    /// <param name="context">The width of the vectors.</param>
    /// <param name="s">All lengths.</param>
    /// <param name="padded">Padded rows.</param>
    /// <param name="places">Where the window of each pixel begins in them, see <see cref="PaddedRows.FillPlaces"/>; whole tiles.</param>
    /// <param name="packed">What <see cref="Packing.Panels"/> made of the weights.</param>
    /// <param name="y">[pixels][K].</param>
    /// <param name="pixels">The number of pixels.</param>
    public static void Multiply<T>(
        ComputeContext context, in ConvolutionShape s, ReadOnlySpan<T> padded, ReadOnlySpan<int> places, ReadOnlySpan<T> packed, Span<T> y, int pixels)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        SimdDispatch.Run<T, Action<T>>(context.VectorWidth, new(s, padded, places, packed, y, pixels));

    private readonly ref struct Action<T>(
        ConvolutionShape s, ReadOnlySpan<T> padded, ReadOnlySpan<int> places, ReadOnlySpan<T> packed, Span<T> y, int pixels) : ISimdAction<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        private readonly ReadOnlySpan<T> padded = padded, packed = packed;
        private readonly ReadOnlySpan<int> places = places;
        private readonly Span<T> y = y;

        public void Invoke<TSimd, TVector>()
            where TSimd : struct, ISimd<TVector, T>
            where TVector : struct
        {
            // Pieces of a panel of weights that stay in the nearest caches: some rows of the window, or if those are long a part of one.
            const int maxDepth = GemmBlocks.MostDepth;
            int panelColumns = MicroKernel.Vectors * TSimd.Width;
            var rows = new PaddedRows(s);
            int maxRuns = Math.Max(1, maxDepth / rows.RunLength);
            for (int column = 0; column < s.K; column += panelColumns)
            {
                var panel = packed.Slice(column * s.PatchLength, panelColumns * s.PatchLength);
                for (int i = 0; i < s.Window.Height; i += maxRuns)
                {
                    for (int depth = 0; depth < rows.RunLength; depth += maxDepth)
                    {
                        ref readonly T piece = ref panel[((i * rows.RunLength) + depth) * panelColumns];
                        int length = Math.Min(maxDepth, rows.RunLength - depth), runs = Math.Min(maxRuns, s.Window.Height - i);
                        for (int pixel = 0; pixel < pixels; pixel += MicroKernel.Rows)
                        {
                            MicroKernel.RunPart<TSimd, TVector, T>(
                                in padded[places[pixel] + (i * rows.RowLength) + depth], TileRows.At(places[pixel..], 1, length, runs, rows.RowLength),
                                in piece, panelColumns, ref y[(pixel * s.K) + column], s.K,
                                Math.Min(MicroKernel.Rows, pixels - pixel), Math.Min(panelColumns, s.K - column), T.One, accumulate: i + depth > 0);
                        }
                    }
                }
            }
        }
    }
}

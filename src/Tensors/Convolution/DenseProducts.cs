using System.Numerics;

namespace DeepSharp.Tensors;

/// <summary>
/// to[:, p] = Σ_q from[:, q] · b[tap(q, p)] for small maps: the forward pass and, with reversed roles, the input gradient.
/// </summary>
/// <remarks>
/// Each task computes one panel of columns of the result. It packs the weights of all used taps for that panel and multiplies all pixels by
/// them while they are in the second-level cache: for 3×3 kernels and 512 channels, they are 0.6 MB in float at 512 bits. The weights are
/// therefore read from memory only once. Only the result and a copy of the images are written to memory.
/// </remarks>
internal static class DenseProducts
{
    /// <summary>Computes all products.</summary>
    /// <param name="context">Workers, scratch memory and vector width.</param>
    /// <param name="map">Maps each pair of pixels to its tap.</param>
    /// <param name="from">The source images, [N][pixels][depth].</param>
    /// <param name="sources">The number of pixels of a source image.</param>
    /// <param name="b">The matrix [depth, columns] of tap 0.</param>
    /// <param name="tapStep">Elements from the matrix of one tap to the matrix of the next.</param>
    /// <param name="to">The target images, [N][pixels][columns]; every element is written.</param>
    /// <param name="targets">The number of pixels of a target image.</param>
    /// <param name="n">The number of images.</param>
    /// <param name="epilogue">Applied to each pixel of the result.</param>
    public static void Multiply<T>(
        ComputeContext context, DenseMap map, ReadOnlyMemory<T> from, int sources, MatrixView<T> b, int tapStep, Memory<T> to, int targets,
        int n, Epilogue<T> epilogue = default)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        // Copies the images with a gap between them. At a distance of a power of two, their pixels would map to the same cache sets.
        int length = sources * b.Rows, row = length + SimdDispatch.Lanes<T>(context.VectorWidth);
        using var copy = context.Pool.RentScratch<T>(n * row);
        var images = copy.Memory;
        context.Workers.Run(n, Tuning.RowsPerBlock(length), (first, count) =>
        {
            var clock = new StageClock(context.Options.Profiler);
            for (int i = first; i < first + count; i++) from.Span.Slice(i * length, length).CopyTo(images.Span[(i * row)..]);
            clock.Lap<T>(KernelStage.Input, 0, 2L * count * length);
        });

        int panelColumns = GemmBlocks.For<T>(context.VectorWidth).PanelColumns;
        context.Workers.Run((b.Columns + panelColumns - 1) / panelColumns, 1, (panel, _) =>
        {
            using var packed = context.Pool.RentScratch<T>(map.Taps * b.Rows * panelColumns);
            SimdDispatch.Run<T, Panel<T>>(context.VectorWidth, new(
                map, images.Span, sources, row, b, tapStep, to.Span, targets, n, packed.Span, panel * panelColumns, panelColumns, epilogue,
                context.Options.Profiler));
        });
    }

    private readonly ref struct Panel<T>(
        DenseMap map, ReadOnlySpan<T> images, int sources, int row, MatrixView<T> b, int tapStep, Span<T> to, int targets, int n,
        Span<T> packed, int firstColumn, int panelColumns, Epilogue<T> epilogue, Profiler? profiler) : ISimdAction<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        private readonly ReadOnlySpan<T> images = images;
        private readonly Span<T> to = to, packed = packed;

        private int Columns => Math.Min(panelColumns, b.Columns - firstColumn);

        void ISimdAction<T>.Invoke<TSimd, TVector>()
        {
            int tapElements = b.Rows * panelColumns, pairs = 0;
            var clock = new StageClock(profiler);
            for (int tap = 0; tap < map.Taps; tap++)
            {
                if (map.IsUsed(tap))
                {
                    Packing.PackB(
                        b with { Memory = b.Memory[(tap * tapStep)..] }, 0, b.Rows, firstColumn, Columns, panelColumns,
                        packed[(tap * tapElements)..]);
                }
            }

            clock.Lap<T>(KernelStage.Weights, 0, 2L * packed.Length);
            for (int target = 0; target < targets; target++)
            {
                int first = sources, last = -1;
                for (int source = 0; source < sources; source++)
                {
                    if (map.Tap(source, target) < 0) continue;
                    (first, last) = (Math.Min(first, source), source);
                }

                for (int source = first; source <= last; source++)
                {
                    if (map.Tap(source, target) is not (>= 0 and var tap)) continue;
                    pairs++;
                    PanelProduct.Run<EvenRows, TSimd, TVector, T>(
                        images[(source * b.Rows)..], new(row), n, new(b.Rows), packed.Slice(tap * tapElements, tapElements), panelColumns,
                        to[((target * b.Columns) + firstColumn)..], targets * b.Columns, Columns,
                        epilogue.Of(firstColumn, Columns, T.One).Of(isFirst: source == first, isLast: source == last));
                }

                // A target without sources: its window contains only padding or, for the input gradient, no window contains it.
                for (int i = 0; last < 0 && i < n; i++)
                {
                    var columns = to.Slice((((i * targets) + target) * b.Columns) + firstColumn, Columns);
                    columns.Clear();
                    epilogue.Apply(columns, firstColumn);
                }
            }

            clock.Lap<T>(
                KernelStage.Products, (long)pairs * n * b.Rows * Columns, (long)pairs * ((n * (b.Rows + (2L * Columns))) + tapElements));
        }
    }
}

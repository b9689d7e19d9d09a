using System.Numerics;

namespace DeepSharp.Tensors;

/// <summary>dwᵀ = Σ windowᵀ · dy over all output pixels.</summary>
/// <remarks>Lanes are output channels, so they are full even with few input channels, for instance in the first layer.</remarks>
internal static class ImplicitGemmWeightGradient
{
    /// <summary>Computes dw [K][kH][kW][C].</summary>
    public static void Run<T>(ComputeContext context, ConvolutionShape s, ReadOnlyMemory<T> x, ReadOnlyMemory<T> dy, Memory<T> dw)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var rows = new PaddedRows(s);
        int panelColumns = MicroKernel.Vectors * SimdDispatch.Lanes<T>(context.VectorWidth);
        int panels = (s.K + panelColumns - 1) / panelColumns;
        int panelLength = s.PatchLength * panelColumns;
        using var table = context.Pool.RentScratch<int>(s.PatchLength);
        var offsets = table.Memory;
        rows.FillElementOffsets(offsets.Span);

        // dwᵀ: [panel][window element][2 vectors of output channels].
        using var sum = new SplitSum<T>(context, panels * panelLength, s.N * rows.TasksPerImage);
        sum.Run((from, end, total) =>
        {
            using var padded = context.Pool.RentScratch<T>(rows.Elements);
            // Packed dy: [panel][pixel][2 vectors of output channels].
            using var packed = context.Pool.RentScratch<T>(panels * rows.RowsPerTask * s.OutputWidth * panelColumns);
            var clock = new StageClock(context.Options.Profiler);
            for (int task = from; task < end; task++)
            {
                var (first, pixels) = rows.Copy(x.Span, task, padded.Span);
                clock.Lap<T>(KernelStage.Input, 0, 2L * rows.Elements);
                SimdDispatch.Run<T, Action<T>>(context.VectorWidth, new(
                    new(offsets.Span), new(s.OutputWidth, pixels / s.OutputWidth, rows.PixelStep, rows.RowStep), padded.Span,
                    dy.Span.Slice(first * s.K, pixels * s.K), s.K, packed.Span, total.Span, panelLength, accumulate: task > from));
                clock.Lap<T>(
                    KernelStage.Products, (long)pixels * s.PatchLength * s.K, rows.Elements + (3L * pixels * s.K) + (2L * total.Length));
            }
        });

        // Adds the parts and transposes the sum to [K][window element].
        int blocks = (s.PatchLength + Tuning.PatchElementsPerTask - 1) / Tuning.PatchElementsPerTask;
        context.Workers.Run(panels * blocks, 1, (task, _) =>
        {
            var clock = new StageClock(context.Options.Profiler);
            var (panel, block) = Math.DivRem(task, blocks);
            int first = block * Tuning.PatchElementsPerTask, count = Math.Min(Tuning.PatchElementsPerTask, s.PatchLength - first);
            var total = sum.AddParts((panel * panelLength) + (first * panelColumns), count * panelColumns);
            for (int k = panel * panelColumns; k < Math.Min(s.K, (panel + 1) * panelColumns); k++)
            {
                var target = dw.Span.Slice((k * s.PatchLength) + first, count);
                for (int element = 0; element < count; element++)
                    target[element] = total[(element * panelColumns) + k - (panel * panelColumns)];
            }

            clock.Lap<T>(KernelStage.Output, 0, (sum.Parts + 1L) * total.Length);
        });
    }

    private readonly ref struct Action<T>(
        RowTable elements, SumPath pixels, ReadOnlySpan<T> padded, ReadOnlySpan<T> dy, int channels, Span<T> packed, Span<T> sums,
        int panelLength, bool accumulate)
        : ISimdAction<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        private readonly RowTable elements = elements;
        private readonly ReadOnlySpan<T> padded = padded, dy = dy;
        private readonly Span<T> packed = packed, sums = sums;

        void ISimdAction<T>.Invoke<TSimd, TVector>()
        {
            int panelColumns = MicroKernel.Vectors * TSimd.Width, dyPanelLength = pixels.Length * pixels.Runs * panelColumns;
            Packing.PackRows<TSimd, TVector, T>(dy, channels, packed);
            for (int panel = 0; panel * panelLength < sums.Length; panel++)
            {
                PanelProduct.Run<RowTable, TSimd, TVector, T>(
                    padded, elements, panelLength / panelColumns, pixels, packed.Slice(panel * dyPanelLength, dyPanelLength), panelColumns,
                    sums[(panel * panelLength)..], panelColumns, panelColumns, new(T.One, accumulate));
            }
        }
    }
}

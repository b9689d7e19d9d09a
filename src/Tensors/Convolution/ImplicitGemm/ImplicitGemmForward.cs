using System.Numerics;

namespace DeepSharp.Tensors;

/// <summary>y[p, q] = Σ_i (row i of the window at (p, q)) · (row i of the kernel), for each output channel.</summary>
/// <remarks>Used for the forward pass and, with rotated weights, for the gradient of the input.</remarks>
internal static class ImplicitGemmForward
{
    /// <summary>Convolves images with packed weights.</summary>
    public static void Run<T>(
        ComputeContext context, ConvolutionShape s, ReadOnlyMemory<T> x, ReadOnlyMemory<T> packed, Epilogue<T> epilogue, Memory<T> y)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var rows = new PaddedRows(s);
        int pixelsPerTask = rows.RowsPerTask * s.OutputWidth;
        using var table = context.Pool.RentScratch<int>(pixelsPerTask);
        var offsets = table.Memory;
        rows.FillWindowOffsets(offsets.Span);
        context.Workers.Run(s.N * rows.TasksPerImage, 1, (task, _) =>
        {
            var clock = new StageClock(context.Options.Profiler);
            using var padded = context.Pool.RentScratch<T>(rows.Elements);
            var output = rows.Copy(x.Span, task, padded.Span);
            clock.Lap<T>(KernelStage.Input, 0, 2L * rows.Elements);
            PanelProduct.RunAll(
                context.VectorWidth, padded.Span, new RowTable(offsets.Span), output.Count, rows.Path, packed.Span,
                y.Span.Slice(output.First * s.K, output.Count * s.K), s.K, epilogue);
            clock.Lap<T>(
                KernelStage.Products, (long)output.Count * s.PatchLength * s.K, rows.Elements + packed.Length + ((long)output.Count * s.K));
        });
    }
}

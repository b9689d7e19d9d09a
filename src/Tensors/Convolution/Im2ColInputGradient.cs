using System.Numerics;
using System.Numerics.Tensors;

namespace DeepSharp.Tensors;

/// <summary>dx = col2im(dy · w): each row of the product is the gradient of one window and is added to the pixels of the window.</summary>
/// <remarks>The columns are window elements, so few input channels fill a panel: 3×3 windows of 3 channels fill 27 of 32 columns.</remarks>
internal static class Im2ColInputGradient
{
    /// <summary>Computes dx [N][H][W][C].</summary>
    public static void Run<T>(ComputeContext context, ConvolutionShape s, ReadOnlyMemory<T> dy, Tensor<T> weights, Memory<T> dx)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        using var packed = Packing.Panels(context, MatrixView<T>.RowMajor(weights.ReadMemory(), s.K, s.PatchLength));
        var panels = packed.Memory;
        int columns = panels.Length / s.K;
        int rowsAtOnce = Math.Clamp(Tuning.Col2ImElements / (s.OutputWidth * columns), 1, s.OutputHeight);
        int blockRows = (s.H + Blocks(s) - 1) / Blocks(s), blocks = (s.H + blockRows - 1) / blockRows;
        context.Workers.Run(s.N * blocks, 1, (task, _) =>
        {
            var (image, block) = Math.DivRem(task, blocks);
            using var patches = context.Pool.RentScratch<T>(rowsAtOnce * s.OutputWidth * columns);
            int from = block * blockRows, to = Math.Min(s.H, from + blockRows);
            var pixels = dx.Span.Slice(image * s.H * s.W * s.C, s.H * s.W * s.C);
            pixels[(from * s.W * s.C)..(to * s.W * s.C)].Clear();

            // The output rows whose windows overlap the block.
            int stride = s.Window.StrideHeight, padding = s.Window.PaddingHeight;
            int first = Math.Max(0, (from + padding - s.Window.Height + stride) / stride);
            int end = Math.Min(s.OutputHeight, ((to - 1 + padding) / stride) + 1);
            for (int p = first; p < end; p += rowsAtOnce)
            {
                int rows = Math.Min(rowsAtOnce, end - p), count = rows * s.OutputWidth;
                PanelProduct.RunAll(
                    context.VectorWidth, dy.Span[(((image * s.OutputHeight) + p) * s.OutputWidth * s.K)..], new EvenRows(s.K), count,
                    new(s.K), panels.Span, patches.Span, columns, default);
                for (int row = 0; row < rows; row++)
                {
                    AddRow(
                        s, patches.Span.Slice(row * s.OutputWidth * columns, s.OutputWidth * columns), columns, p + row, from, to, pixels);
                }
            }
        });
    }

    // Images are divided into blocks of rows, so that even few images give many tasks. A window that overlaps two blocks is computed
    // for both. To limit this cost, an image has at most one block for every two window heights.
    private static int Blocks(in ConvolutionShape s) => Math.Clamp(s.H / (2 * s.Window.Height), 1, (Tuning.Col2ImMinTasks + s.N - 1) / s.N);

    /// <summary>Adds the windows of output row p to the image rows from <paramref name="from"/> to <paramref name="to"/> − 1.</summary>
    private static void AddRow<T>(in ConvolutionShape s, ReadOnlySpan<T> patches, int columns, int p, int from, int to, Span<T> pixels)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int top = (p * s.Window.StrideHeight) - s.Window.PaddingHeight, run = s.Window.Width * s.C;
        int firstRow = Math.Max(0, from - top), endRow = Math.Min(s.Window.Height, to - top);
        for (int q = 0; q < s.OutputWidth; q++)
        {
            int left = (q * s.Window.StrideWidth) - s.Window.PaddingWidth;
            int skip = Math.Max(0, -left) * s.C, length = (Math.Min(s.Window.Width, s.W - left) * s.C) - skip;
            if (length <= 0) continue;
            for (int i = firstRow; i < endRow; i++)
            {
                var source = patches.Slice((q * columns) + (i * run) + skip, length);
                var target = pixels.Slice(((((top + i) * s.W) + left) * s.C) + skip, length);
                if (length >= Tuning.Col2ImLongRun) TensorPrimitives.Add(target, source, target);
                else for (int k = 0; k < target.Length; k++) target[k] += source[k];
            }
        }
    }
}

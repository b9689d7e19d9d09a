using System.Numerics;

namespace DeepSharp.Tensors;

/// <summary>Copies each window into a row of a matrix ("image to columns"); the convolution is then a matrix product. Runs every shape.</summary>
/// <remarks>
/// patches [N·OH·OW, kH·kW·C] times weights [K, kH·kW·C] transposed. The matrix is whole in memory only for a few pixels: tasks take groups of output
/// rows, in scratch memory of their own.
/// </remarks>
internal sealed class Im2ColConvolution : ConvolutionAlgorithm
{
    // Enough pixels that what each group costs besides, above all packing the weights, is little beside its product; few enough that its patches stay
    // near the cache.
    private const int FewestPixelsPerGroup = 768;
    private const int PatchElementsPerGroup = 1 << 17;

    public override string Name => "im2col";

    public override string Description => "windows copied into a matrix, then one matrix product; any shape";

    public override bool CanRun(in ConvolutionShape shape, ConvolutionPass pass) => true;

    internal override bool Wins(in ConvolutionShape shape, ConvolutionPass pass, VectorWidth width) => true;

    internal override void Forward<T>(
        in ConvolutionShape shape, Tensor<T> x, Tensor<T> weights, Epilogue<T> epilogue, Tensor<T> y, bool cacheWeights)
    {
        var s = shape;
        var context = x.Context;
        var (input, output) = (x.ReadMemory(), y.WriteMemory());
        int allPixels = s.N * s.OutputHeight * s.OutputWidth;
        if (cacheWeights && allPixels <= PackedProducts.MostRows)
        {
            using var windows = context.Pool.RentScratch<T>(Packing.RoundUp(allPixels, MicroKernel.Rows) * s.PatchLength);
            Im2Col(s, input.Span, 0, s.N * s.OutputHeight, windows.Span);
            PackedProducts.Multiply(context, windows.Memory, allPixels, s.PatchLength, PackedProducts.Kept(s, weights).Memory, output, s.K);
            epilogue.ApplyToRows(output.Span, s.K);
            return;
        }

        var kernel = MatrixView<T>.RowMajor(weights.ReadMemory(), s.K, s.PatchLength).Transposed;
        int rowsPerGroup = Math.Max(1, PixelsPerGroup(s) / s.OutputWidth);
        context.Workers.Run(s.N * s.OutputHeight, rowsPerGroup, (firstRow, rows) =>
        {
            int pixels = rows * s.OutputWidth;
            using var patches = context.Pool.RentScratch<T>(pixels * s.PatchLength);
            Im2Col(s, input.Span, firstRow, rows, patches.Span);
            var target = output.Slice(firstRow * s.OutputWidth * s.K, pixels * s.K);
            GemmKernel.Run(context, T.One, MatrixView<T>.RowMajor(patches.Memory, pixels, s.PatchLength), kernel, T.Zero, target, s.K, epilogue);
        });
    }

    internal override void InputGradient<T>(in ConvolutionShape shape, Tensor<T> dy, Tensor<T> weights, Tensor<T> dx) =>
        Im2ColInputGradient.Run(dy.Context, shape, dy.ReadMemory(), weights, dx.WriteMemory());

    internal override void WeightGradient<T>(in ConvolutionShape shape, Tensor<T> x, Tensor<T> dy, Tensor<T> dw)
    {
        var s = shape;
        var context = x.Context;
        var (input, upstream, gradient) = (x.ReadMemory(), dy.ReadMemory(), dw.WriteMemory());
        int length = s.K * s.PatchLength, totalRows = s.N * s.OutputHeight, rowsPerGroup = Math.Max(1, PixelsPerGroup(s) / s.OutputWidth);
        var (partials, groupsPerPartial) = PartialSums.Of<T>(length, (totalRows + rowsPerGroup - 1) / rowsPerGroup);
        using var sums = context.Pool.RentScratch<T>(partials * length);
        int rowsPerPartial = groupsPerPartial * rowsPerGroup;
        context.Workers.Run(partials, 1, (partial, _) =>
        {
            var sum = sums.Memory.Slice(partial * length, length);
            int end = Math.Min(totalRows, (partial + 1) * rowsPerPartial);
            for (int firstRow = partial * rowsPerPartial; firstRow < end; firstRow += rowsPerGroup)
            {
                int rows = Math.Min(rowsPerGroup, end - firstRow), pixels = rows * s.OutputWidth;
                using var patches = context.Pool.RentScratch<T>(pixels * s.PatchLength);
                Im2Col(s, input.Span, firstRow, rows, patches.Span);
                var gradients = MatrixView<T>.RowMajor(upstream.Slice(firstRow * s.OutputWidth * s.K, pixels * s.K), pixels, s.K);
                GemmKernel.Run(
                    context, T.One, gradients.Transposed, MatrixView<T>.RowMajor(patches.Memory, pixels, s.PatchLength),
                    firstRow == partial * rowsPerPartial ? T.Zero : T.One, sum, s.PatchLength);
            }
        });
        context.Workers.Run(length, Blocks.Elements, (from, count) =>
        {
            var target = gradient.Span.Slice(from, count);
            sums.Span.Slice(from, count).CopyTo(target);
            for (int partial = 1; partial < partials; partial++)
                System.Numerics.Tensors.TensorPrimitives.Add(target, sums.Span.Slice((partial * length) + from, count), target);
        });
    }

    private static int PixelsPerGroup(in ConvolutionShape s) => Math.Max(FewestPixelsPerGroup, PatchElementsPerGroup / s.PatchLength);

    /// <summary>The windows of output rows <paramref name="firstRow"/> onward (counted through the batch), one row of kH·kW·C elements each.</summary>
    private static void Im2Col<T>(in ConvolutionShape s, ReadOnlySpan<T> x, int firstRow, int rows, Span<T> patches)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int target = 0;
        for (int row = firstRow; row < firstRow + rows; row++)
        {
            var (n, p) = (row / s.OutputHeight, row % s.OutputHeight);
            for (int q = 0; q < s.OutputWidth; q++)
            {
                int left = (q * s.Window.StrideWidth) - s.Window.PaddingWidth;
                var (from, to) = (Math.Clamp(-left, 0, s.Window.Width), Math.Clamp(s.W - left, 0, s.Window.Width));
                for (int i = 0; i < s.Window.Height; i++, target += s.Window.Width * s.C)
                {
                    var taps = patches.Slice(target, s.Window.Width * s.C);
                    int h = (p * s.Window.StrideHeight) + i - s.Window.PaddingHeight;
                    if ((uint)h >= (uint)s.H || from >= to)
                    {
                        taps.Clear();
                        continue;
                    }

                    // The taps of one kernel row are neighbours in memory: one copy, with zeros where the window hangs over.
                    taps[..(from * s.C)].Clear();
                    x.Slice(((((n * s.H) + h) * s.W) + left + from) * s.C, (to - from) * s.C).CopyTo(taps[(from * s.C)..]);
                    taps[(to * s.C)..].Clear();
                }
            }
        }
    }
}

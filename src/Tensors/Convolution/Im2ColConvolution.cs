using System.Numerics;

namespace DeepSharp.Tensors;

/// <summary>
/// Copies each window into a row of a matrix ("image to columns"). The convolution is then a matrix product. Supports every shape.
/// </summary>
/// <remarks>
/// Forward multiplies patches [N·OH·OW, kH·kW·C] by the transpose of weights [K, kH·kW·C]. The whole patch matrix is stored only if the
/// batch has few output pixels. Otherwise each task copies the windows of a block of output rows into its own scratch memory.
/// </remarks>
internal sealed class Im2ColConvolution : ConvolutionAlgorithm
{
    public override string Name => "im2col";

    public override string Description => "windows copied into a matrix, then a matrix product; any shape";

    public override bool CanRun(in ConvolutionShape shape, ConvolutionPass pass) => true;

    internal override void Forward<T>(
        in ConvolutionShape shape, Tensor<T> x, Tensor<T> weights, Epilogue<T> epilogue, Tensor<T> y, bool cacheWeights)
    {
        var (s, context, input, output) = (shape, x.Context, x.ReadMemory(), y.WriteMemory());
        int allPixels = s.N * s.OutputHeight * s.OutputWidth;
        if (allPixels <= Tuning.FewPixels && !cacheWeights)
        {
            // Packing the weights may take longer than the multiplication. GemmKernel decides whether to pack them.
            using var windows = context.Pool.RentScratch<T>(allPixels * s.PatchLength);
            Im2Col(s, input.Span, 0, s.N * s.OutputHeight, windows.Span);
            var kernel = MatrixView<T>.RowMajor(weights.ReadMemory(), s.K, s.PatchLength).Transposed;
            GemmKernel.Run(
                context, T.One, MatrixView<T>.RowMajor(windows.Memory, allPixels, s.PatchLength), kernel, T.Zero, output, s.K, epilogue);
            return;
        }

        using var weightPanels = PackedWeights<T>.Of(s, weights, cacheWeights);
        var packed = weightPanels.Memory;
        if (allPixels <= Tuning.FewPixels)
        {
            // Reading the weights dominates, so each task reads only its own panel.
            using var few = context.Pool.RentScratch<T>(allPixels * s.PatchLength);
            Im2Col(s, input.Span, 0, s.N * s.OutputHeight, few.Span);
            var windows = few.Memory;
            int panelColumns = GemmBlocks.For<T>(context.VectorWidth).PanelColumns;
            context.Workers.Run(s.K, panelColumns, (channel, channels) => PanelProduct.RunAll(
                context.VectorWidth, windows.Span, new EvenRows(s.PatchLength), allPixels, new(s.PatchLength), packed.Span, output.Span,
                s.K, epilogue, channel, channel + channels));
            return;
        }

        context.Workers.Run(s.N * s.OutputHeight, RowsPerBlock(s), (firstRow, rows) =>
        {
            var clock = new StageClock(context.Options.Profiler);
            int pixels = rows * s.OutputWidth;
            using var windows = context.Pool.RentScratch<T>(pixels * s.PatchLength);
            Im2Col(s, input.Span, firstRow, rows, windows.Span);
            clock.Lap<T>(KernelStage.Input, 0, 2L * pixels * s.PatchLength);
            PanelProduct.RunAll(
                context.VectorWidth, windows.Span, new EvenRows(s.PatchLength), pixels, new(s.PatchLength), packed.Span,
                output.Span.Slice(firstRow * s.OutputWidth * s.K, pixels * s.K), s.K, epilogue);
            clock.Lap<T>(
                KernelStage.Products, (long)pixels * s.PatchLength * s.K, ((long)pixels * (s.PatchLength + s.K)) + packed.Length);
        });
    }

    internal override void InputGradient<T>(in ConvolutionShape shape, Tensor<T> dy, Tensor<T> weights, Tensor<T> dx) =>
        Im2ColInputGradient.Run(dy.Context, shape, dy.ReadMemory(), weights, dx.WriteMemory());

    internal override void WeightGradient<T>(in ConvolutionShape shape, Tensor<T> x, Tensor<T> dy, Tensor<T> dw)
    {
        var (s, context, input, upstream, gradient) = (shape, x.Context, x.ReadMemory(), dy.ReadMemory(), dw.WriteMemory());
        int length = s.K * s.PatchLength, allRows = s.N * s.OutputHeight, rowsPerBlock = RowsPerBlock(s);
        using var sum = new SplitSum<T>(context, length, (allRows + rowsPerBlock - 1) / rowsPerBlock);
        sum.Run((from, end, total) =>
        {
            for (int block = from; block < end; block++)
            {
                int firstRow = block * rowsPerBlock, rows = Math.Min(rowsPerBlock, allRows - firstRow), pixels = rows * s.OutputWidth;
                using var windows = context.Pool.RentScratch<T>(pixels * s.PatchLength);
                Im2Col(s, input.Span, firstRow, rows, windows.Span);
                var gradients = MatrixView<T>.RowMajor(upstream.Slice(firstRow * s.OutputWidth * s.K, pixels * s.K), pixels, s.K);
                GemmKernel.Run(
                    context, T.One, gradients.Transposed, MatrixView<T>.RowMajor(windows.Memory, pixels, s.PatchLength),
                    block == from ? T.Zero : T.One, total, s.PatchLength);
            }
        });
        context.Workers.Run(length, Tuning.BlockElements, (from, count) => sum.AddParts(from, count).CopyTo(gradient.Span[from..]));
    }

    private static int RowsPerBlock(in ConvolutionShape s) =>
        Math.Max(1, Math.Max(Tuning.Im2ColMinPixels, Tuning.Im2ColElements / s.PatchLength) / s.OutputWidth);

    /// <summary>Copies the windows of some output rows to <paramref name="patches"/>, kH·kW·C elements for each output pixel.</summary>
    /// <remarks>Output rows are numbered consecutively across the batch.</remarks>
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

                    // The pixels under one kernel row are adjacent in memory, so one copy suffices. Pixels outside the image become 0.
                    taps[..(from * s.C)].Clear();
                    x.Slice(((((n * s.H) + h) * s.W) + left + from) * s.C, (to - from) * s.C).CopyTo(taps[(from * s.C)..]);
                    taps[(to * s.C)..].Clear();
                }
            }
        }
    }
}

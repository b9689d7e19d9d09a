using System.Numerics;

namespace DeepSharp.Tensors;

/// <summary>The windows of a few pixels times weights that are kept packed: with small maps and batches a convolution is little more than reading its weights.</summary>
internal static class PackedProducts
{
    /// <summary>With so few pixels packing the weights costs more than multiplying by them.</summary>
    public const int MostRows = 64;

    /// <summary>The packed weights, kept until they change.</summary>
    public static PooledMemory<T> Kept<T>(in ConvolutionShape shape, Tensor<T> weights)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var s = shape;
        return weights.Derive(typeof(PackedProducts), w => Pack(s, w));
    }

    /// <summary>Packs the weights [K, kH·kW·C] into panels [panel][depth][2 vectors].</summary>
    public static PooledMemory<T> Pack<T>(in ConvolutionShape s, Tensor<T> weights)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        Packing.Panels(weights.Context, MatrixView<T>.RowMajor(weights.ReadMemory(), s.K, s.PatchLength).Transposed);

    /// <summary>y = patches · weights; each task owns a panel of channels.</summary>
    /// <param name="context">Workers and vector width.</param>
    /// <param name="patches">[rows, depth], in memory that whole tiles of rows may be read from.</param>
    /// <param name="rows">The number of pixels.</param>
    /// <param name="depth">kH·kW·C.</param>
    /// <param name="packed">The packed weights.</param>
    /// <param name="y">[rows, K].</param>
    /// <param name="channels">K.</param>
    public static void Multiply<T>(ComputeContext context, ReadOnlyMemory<T> patches, int rows, int depth, ReadOnlyMemory<T> packed, Memory<T> y, int channels)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int panelColumns = GemmBlocks.For<T>(context.VectorWidth).PanelColumns;
        context.Workers.Run((channels + panelColumns - 1) / panelColumns, 1, (panel, _) => SimdDispatch.Run<T, Panel<T>>(context.VectorWidth, new(
            patches.Span, rows, depth, packed.Span.Slice(panel * depth * panelColumns, depth * panelColumns), y.Span[(panel * panelColumns)..],
            channels, Math.Min(panelColumns, channels - (panel * panelColumns)))));
    }

    private readonly ref struct Panel<T>(ReadOnlySpan<T> patches, int rows, int depth, ReadOnlySpan<T> panel, Span<T> y, int channels, int columns) : ISimdAction<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        private readonly ReadOnlySpan<T> patches = patches, panel = panel;
        private readonly Span<T> y = y;

        public void Invoke<TSimd, TVector>()
            where TSimd : struct, ISimd<TVector, T>
            where TVector : struct =>
            PanelProduct.Run<TSimd, TVector, T>(patches, depth, panel, depth, y, channels, rows, columns, accumulate: false);
    }
}

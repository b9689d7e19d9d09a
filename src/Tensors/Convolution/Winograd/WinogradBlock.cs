using System.Numerics;

namespace DeepSharp.Tensors;

/// <summary>Transformed weights.</summary>
/// <param name="U">[points][panels][C][2 vectors of output channels].</param>
/// <param name="PointStep">Elements from one point to the next.</param>
internal readonly record struct WinogradFilter<T>(ReadOnlyMemory<T> U, int PointStep)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>The weights of one panel at one point, [C][2 vectors].</summary>
    public ReadOnlySpan<T> Panel(in WinogradPlan plan, int point, int panel) =>
        U.Span.Slice((point * PointStep) + (panel * plan.C * plan.PanelColumns), plan.C * plan.PanelColumns);
}

/// <summary>A block of tiles: its transformed input v [points][tiles][C], its transforms, and the operands of its products.</summary>
internal readonly struct WinogradBlock<TTile, T>(
    Profiler? profiler, WinogradPlan plan, ReadOnlyMemory<T> image, Epilogue<T> epilogue, Memory<T> output, Memory<T> v,
    int firstTile, int tiles)
    where TTile : struct, IWinogradTile
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>A clock for the stages of a task.</summary>
    public StageClock Clock => new(profiler);

    private int InputStep => plan.PointStep(PaddedTiles, plan.InputRow);

    private int ProductStep => plan.PointStep(PaddedTiles, plan.ProductRow);

    /// <summary>The number of elements that a transform of <c>count</c> tiles reads and writes: m² pixels and t² points per tile.</summary>
    public long TransformElements(int count, int channels) => (long)count * channels * ((plan.OutputSize * plan.OutputSize) + plan.Points);

    /// <summary>The number of multiply-adds with <c>depths</c> rows of one panel of weights at all points.</summary>
    public long PanelProducts(int depths) => (long)plan.Points * PaddedTiles * depths * plan.PanelColumns;

    /// <summary>The number of elements that these products read and write.</summary>
    public long PanelElements(int depths) =>
        (long)plan.Points * ((PaddedTiles * (long)(depths + plan.PanelColumns)) + ((long)depths * plan.PanelColumns));

    /// <summary>Computes v = Bᵀ x B for a range of the tiles of the block.</summary>
    public void TransformInput<TSimd, TVector>(int first, int count)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct => WinogradImage.Transform<WinogradTransform.Input<TTile>, TSimd, TVector, T>(
            image.Span, plan.H, plan.W, plan.C, plan, plan.PaddingHeight, plan.PaddingWidth, firstTile + first, count,
            v.Span[(first * plan.InputRow)..], InputStep, plan.InputRow);

    /// <summary>The number of tiles, rounded up to a multiple of the micro-kernel's rows. Products of the extra tiles are unused.</summary>
    public int PaddedTiles { get; } = Packing.RoundUp(tiles, MicroKernel.Rows);

    /// <summary>v at one point from input channel <c>firstDepth</c> onward, [padded tiles, input row]: the left operand.</summary>
    public ReadOnlySpan<T> Input(int point, int firstDepth = 0) => v.Span[((point * InputStep) + firstDepth)..];

    /// <summary>The products m of one point.</summary>
    public Span<T> Products(Span<T> m, int point) => m[(point * ProductStep)..];

    /// <summary>The output rows that the tiles cover, approximately. For prefetching only.</summary>
    public ReadOnlySpan<T> Outputs => plan.Rows(output.Span, plan.OutputHeight, plan.OutputWidth * plan.K, firstTile, tiles);

    /// <summary>The input rows of the next block of the same length, approximately. For prefetching only.</summary>
    public ReadOnlySpan<T> NextInput => plan.Rows(image.Span, plan.H, plan.W * plan.C, firstTile + tiles, tiles);

    /// <summary>Computes y = Aᵀ m A for the channels of a range of panels.</summary>
    public void TransformOutput<TSimd, TVector>(ReadOnlySpan<T> m, int firstPanel, int endPanel)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct => WinogradOutput.Transform<TTile, TSimd, TVector, T>(
            m, ProductStep, plan, firstTile, tiles, firstPanel * plan.PanelColumns, Math.Min(endPanel * plan.PanelColumns, plan.K),
            epilogue, output.Span);
}

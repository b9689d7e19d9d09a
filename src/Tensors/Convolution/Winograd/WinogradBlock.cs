using System.Numerics;

namespace DeepSharp.Tensors;

/// <summary>Transformed weights in memory.</summary>
/// <param name="U">[points][panels][C][2 vectors].</param>
/// <param name="PointStep">Elements from one point to the next.</param>
internal readonly record struct WinogradFilter<T>(ReadOnlyMemory<T> U, int PointStep)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>The weights of one panel at one point, [C][2 vectors].</summary>
    public ReadOnlySpan<T> Panel(in WinogradPlan plan, int point, int panel) =>
        U.Span.Slice((point * PointStep) + (panel * plan.C * plan.PanelColumns), plan.C * plan.PanelColumns);
}

/// <summary>A run of tiles: their transformed input v [points][tiles][C], and what is done with it.</summary>
internal readonly struct WinogradBlock<TTile, T>(
    Profiler? profiler, WinogradPlan plan, ReadOnlyMemory<T> image, Epilogue<T> epilogue, Memory<T> output, Memory<T> v, int firstTile, int tiles)
    where TTile : struct, IWinogradTile
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>A clock for the stages of a task.</summary>
    public StageClock Clock => new(profiler);

    private int InputStep => plan.PointStep(PaddedTiles, plan.InputRow);

    private int ProductStep => plan.PointStep(PaddedTiles, plan.ProductRow);

    /// <summary>The elements that a transform of some tiles reads and writes: pixels of the image, and points.</summary>
    public long TransformElements(int count, int channels) => (long)count * channels * ((plan.OutputSize * plan.OutputSize) + plan.Points);

    /// <summary>The multiply-adds of one panel of weights at all points.</summary>
    public long PanelProducts(int depths) => (long)plan.Points * PaddedTiles * depths * plan.PanelColumns;

    /// <summary>The elements that these products read and write.</summary>
    public long PanelElements(int depths) =>
        (long)plan.Points * ((PaddedTiles * (long)(depths + plan.PanelColumns)) + ((long)depths * plan.PanelColumns));

    /// <summary>v = Bᵀ x B of some tiles.</summary>
    public void TransformInput<TSimd, TVector>(int first, int count)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct => WinogradImage.Transform<WinogradTransform.Input<TTile>, TSimd, TVector, T>(
            image.Span, plan.H, plan.W, plan.C, plan, plan.PaddingHeight, plan.PaddingWidth, firstTile + first, count,
            v.Span[(first * plan.InputRow)..], InputStep, plan.InputRow);

    /// <summary>Tiles in whole tiles of the micro-kernel; products of those that do not exist are unused.</summary>
    public int PaddedTiles { get; } = Packing.RoundUp(tiles, MicroKernel.Rows);

    /// <summary>v at one point from a depth onward, [padded tiles, input row]: the left operand of its product.</summary>
    public ReadOnlySpan<T> Input(int point, int firstDepth = 0) => v.Span[((point * InputStep) + firstDepth)..];

    /// <summary>Where the products of one point begin in m.</summary>
    public Span<T> Products(Span<T> m, int point) => m[(point * ProductStep)..];

    /// <summary>The output rows covered by the tiles, rounded to whole rows.</summary>
    public ReadOnlySpan<T> Outputs => plan.Rows(output.Span, plan.OutputHeight, plan.OutputWidth * plan.K, firstTile, tiles);

    /// <summary>The input rows of the next block of the same length, rounded to whole rows.</summary>
    public ReadOnlySpan<T> NextInput => plan.Rows(image.Span, plan.H, plan.W * plan.C, firstTile + tiles, tiles);

    /// <summary>y = Aᵀ m A for the channels of a group of panels.</summary>
    public void TransformOutput<TSimd, TVector>(ReadOnlySpan<T> m, int firstPanel, int endPanel)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct => WinogradOutput.Transform<TTile, TSimd, TVector, T>(
            m, ProductStep, plan, firstTile, tiles, firstPanel * plan.PanelColumns, Math.Min(endPanel * plan.PanelColumns, plan.K), epilogue, output.Span);
}

using System.Numerics;

namespace DeepSharp.Tensors;

/// <summary>Transformed weights in memory: of all panels of output channels, or of those that are being multiplied.</summary>
/// <param name="U">[points][panels][C][2 vectors].</param>
/// <param name="FirstPanel">The panel that it begins with.</param>
/// <param name="PointStep">Elements from one point to the next.</param>
internal readonly record struct WinogradFilter<T>(ReadOnlyMemory<T> U, int FirstPanel, int PointStep)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>The weights of one panel at one point, [C][2 vectors].</summary>
    public ReadOnlySpan<T> Panel(in WinogradPlan plan, int point, int panel) =>
        U.Span.Slice((point * PointStep) + ((panel - FirstPanel) * plan.C * plan.PanelColumns), plan.C * plan.PanelColumns);
}

/// <summary>A run of tiles with its scratch memory: v [points][tiles][C], then m [points][tiles][K of one group of panels].</summary>
internal readonly struct WinogradBlock<TTile, T>(
    WinogradPlan plan, ReadOnlyMemory<T> image, Epilogue<T> epilogue, Memory<T> output, Memory<T> scratch, int firstTile, int tiles)
    where TTile : struct, IWinogradTile
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly int paddedTiles = Packing.RoundUp(tiles, MicroKernel.Rows);

    private int InputStep => plan.PointStep(paddedTiles, plan.InputRow);

    private int ProductStep => plan.PointStep(paddedTiles, plan.ProductRow);

    private Span<T> Products => scratch.Span[(plan.Points * InputStep)..];

    /// <summary>v = Bᵀ x B of some tiles.</summary>
    public void TransformInput<TSimd, TVector>(int first, int count)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct => WinogradImage.Transform<WinogradTransform.Input<TTile>, TSimd, TVector, T>(
            image.Span, plan.H, plan.W, plan.C, plan, plan.PaddingHeight, plan.PaddingWidth, firstTile + first, count,
            scratch.Span[(first * plan.InputRow)..], InputStep, plan.InputRow);

    /// <summary>m[point] = v[point] · u[point] for some panels of a group. The padded tiles are multiplied too, and nobody reads their products.</summary>
    public void Multiply<TSimd, TVector>(in WinogradFilter<T> filter, int point, int group, int firstPanel, int endPanel)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
    {
        var v = scratch.Span.Slice(point * InputStep, InputStep);
        var m = Products.Slice(point * ProductStep, ProductStep);
        for (int panel = firstPanel; panel < endPanel; panel++)
        {
            PanelProduct.Run<TSimd, TVector, T>(
                v, plan.InputRow, filter.Panel(plan, point, panel), plan.C, m[((panel - group) * plan.PanelColumns)..], plan.ProductRow,
                paddedTiles, plan.PanelColumns, accumulate: false);
        }
    }

    /// <summary>y = Aᵀ m A of some tiles, for the channels of a group of panels.</summary>
    public void TransformOutput<TSimd, TVector>(int first, int count, int group, int endPanel)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct => WinogradOutput.Transform<TTile, TSimd, TVector, T>(
            Products[(first * plan.ProductRow)..], ProductStep, plan, firstTile + first, count,
            group * plan.PanelColumns, Math.Min(endPanel * plan.PanelColumns, plan.K), epilogue, output.Span);
}

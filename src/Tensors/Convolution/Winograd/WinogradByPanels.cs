using System.Numerics;

namespace DeepSharp.Tensors;

/// <summary>
/// A Winograd convolution whose tasks are panels of output channels. A task computes the products and outputs of its panel for all tiles of
/// a block. Used if there are few tiles, or if the weights are so large that each read of them must serve many tiles.
/// </summary>
/// <remarks>
/// The workers share only the transformed input, in the last-level cache. If one block contains all tiles, uncached weights are transformed
/// by the worker that uses them, a few input channels at a time, so that they stay in the second-level cache. All weights from 512 to 512
/// channels, transformed for F(4×4, 3×3), are 38 MB in float. If there are several blocks, the caller has transformed all weights.
/// </remarks>
internal static class WinogradByPanels
{
    /// <summary>Convolves images. If <paramref name="transformed"/> is empty, each task transforms the weights of its panel.</summary>
    public static void Run<TTile, T>(
        ComputeContext context, WinogradPlan plan, ReadOnlyMemory<T> image, ReadOnlyMemory<T> transformed, ReadOnlyMemory<T> weights,
        bool rotated, Epilogue<T> epilogue, Memory<T> output)
        where TTile : struct, IWinogradTile
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        using var v = context.Pool.RentScratch<T>(plan.BlockElements(plan.InputRow));
        for (int firstTile = 0; firstTile < plan.Tiles; firstTile += plan.BlockTiles)
        {
            int tiles = Math.Min(plan.BlockTiles, plan.Tiles - firstTile);
            var block = new WinogradBlock<TTile, T>(context.Options.Profiler, plan, image, epilogue, output, v.Memory, firstTile, tiles);
            context.Workers.Run(tiles, Tuning.WinogradTilesPerTask, (first, count) =>
            {
                var clock = block.Clock;
                SimdDispatch.Run<T, Input<TTile, T>>(context.VectorWidth, new(block, first, count));
                clock.Lap<T>(KernelStage.Input, 0, block.TransformElements(count, plan.C));
            });
            context.Workers.Run(plan.Panels, 1, (panel, _) =>
            {
                using var m = context.Pool.RentScratch<T>(plan.BlockElements(plan.ProductRow));
                if (!transformed.IsEmpty)
                {
                    var filter = new WinogradFilter<T>(transformed, plan.WeightStep);
                    SimdDispatch.Run<T, Transformed<TTile, T>>(context.VectorWidth, new(plan, block, panel, filter, m.Memory));
                    return;
                }

                using var u = context.Pool.RentScratch<T>(plan.Points * PointStep(plan));
                SimdDispatch.Run<T, Untransformed<TTile, T>>(
                    context.VectorWidth, new(plan, block, panel, weights, rotated, u.Memory, m.Memory));
            });
        }
    }

    // Elements from one point to the next in u. One extra row, because a power of two would map all points to one cache set.
    private static int PointStep(WinogradPlan plan) => (Tuning.WinogradDepths + 1) * plan.PanelColumns;

    private readonly struct Input<TTile, T>(WinogradBlock<TTile, T> block, int first, int count) : ISimdAction<T>
        where TTile : struct, IWinogradTile
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        void ISimdAction<T>.Invoke<TSimd, TVector>() => block.TransformInput<TSimd, TVector>(first, count);
    }

    private readonly struct Transformed<TTile, T>(
        WinogradPlan plan, WinogradBlock<TTile, T> block, int panel, WinogradFilter<T> filter, Memory<T> m) : ISimdAction<T>
        where TTile : struct, IWinogradTile
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        void ISimdAction<T>.Invoke<TSimd, TVector>()
        {
            var clock = block.Clock;
            for (int point = 0; point < plan.Points; point++)
            {
                PanelProduct.Run<EvenRows, TSimd, TVector, T>(
                    block.Input(point), new(plan.InputRow), block.PaddedTiles, new(plan.C), filter.Panel(plan, point, panel),
                    plan.PanelColumns, block.Products(m.Span, point), plan.ProductRow, plan.PanelColumns, new(T.One, false));
            }

            clock.Lap<T>(KernelStage.Products, block.PanelProducts(plan.C), block.PanelElements(plan.C));
            block.TransformOutput<TSimd, TVector>(m.Span, panel, panel + 1);
            clock.Lap<T>(KernelStage.Output, 0, block.TransformElements(block.PaddedTiles, plan.PanelColumns));
        }
    }

    private readonly struct Untransformed<TTile, T>(
        WinogradPlan plan, WinogradBlock<TTile, T> block, int panel, ReadOnlyMemory<T> weights, bool rotated, Memory<T> u, Memory<T> m)
        : ISimdAction<T>
        where TTile : struct, IWinogradTile
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        void ISimdAction<T>.Invoke<TSimd, TVector>()
        {
            int step = PointStep(plan);
            var clock = block.Clock;
            for (int depth = 0; depth < plan.C; depth += Tuning.WinogradDepths)
            {
                int depths = Math.Min(Tuning.WinogradDepths, plan.C - depth);
                WinogradWeights.Transform<TTile, TSimd, TVector, T>(plan, weights.Span, rotated, panel, depth, u.Span, step);
                clock.Lap<T>(KernelStage.Weights, 0, (9L + plan.Points) * depths * plan.PanelColumns);
                for (int point = 0; point < plan.Points; point++)
                {
                    PanelProduct.Run<EvenRows, TSimd, TVector, T>(
                        block.Input(point, depth), new(plan.InputRow), block.PaddedTiles, new(depths), u.Span[(point * step)..],
                        plan.PanelColumns, block.Products(m.Span, point), plan.ProductRow, plan.PanelColumns, new(T.One, depth > 0));
                }

                clock.Lap<T>(KernelStage.Products, block.PanelProducts(depths), block.PanelElements(depths));
            }

            block.TransformOutput<TSimd, TVector>(m.Span, panel, panel + 1);
            clock.Lap<T>(KernelStage.Output, 0, block.TransformElements(block.PaddedTiles, plan.PanelColumns));
        }
    }
}

using System.Numerics;

namespace DeepSharp.Tensors;

/// <summary>
/// A Winograd convolution in which each task takes a panel of output channels through products and outputs, for all tiles of a block at once: for weights
/// so large that each reading of them must serve many tiles, and for few tiles.
/// </summary>
/// <remarks>
/// The workers share the transformed input, in the last-level cache, and nothing else. Weights that nobody keeps are transformed by who multiplies by
/// them, a run of depths at a time, so that they never leave the second-level cache: those of 512 to 512 channels would be 38 MB in float.
/// </remarks>
internal sealed class WinogradByPanels<TTile, T>(ComputeContext context, WinogradPlan plan, ReadOnlyMemory<T> image, Epilogue<T> epilogue, Memory<T> output)
    where TTile : struct, IWinogradTile
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const int TilesPerTask = 8;

    /// <summary>Convolves with transformed weights.</summary>
    public void Run(WinogradFilter<T> filter) => Run((block, panel) =>
    {
        using var m = context.Pool.RentScratch<T>(plan.BlockElements(plan.ProductRow));
        SimdDispatch.Run<T, Kept>(context.VectorWidth, new(plan, block, panel, filter, m.Memory));
    });

    /// <summary>Convolves with weights as they are, which are transformed once for each block of tiles.</summary>
    public void Run(ReadOnlyMemory<T> weights, bool rotated) => Run((block, panel) =>
    {
        using var m = context.Pool.RentScratch<T>(plan.BlockElements(plan.ProductRow));
        using var u = context.Pool.RentScratch<T>(plan.Points * ChunkStep(plan));
        SimdDispatch.Run<T, Fresh>(context.VectorWidth, new(plan, block, panel, weights, rotated, u.Memory, m.Memory));
    });

    private void Run(Action<WinogradBlock<TTile, T>, int> panelTask)
    {
        using var v = context.Pool.RentScratch<T>(plan.BlockElements(plan.InputRow));
        for (int firstTile = 0; firstTile < plan.Tiles; firstTile += plan.BlockTiles)
        {
            int tiles = Math.Min(plan.BlockTiles, plan.Tiles - firstTile);
            var block = new WinogradBlock<TTile, T>(plan, image, epilogue, output, v.Memory, firstTile, tiles);
            Blocks.Run(context, tiles, (first, count) => SimdDispatch.Run<T, Input>(context.VectorWidth, new(block, first, count)), TilesPerTask);
            context.Workers.Run(plan.Panels, panel => panelTask(block, panel));
        }
    }

    // One row more than needed, or powers of two would put all points into the same cache sets.
    private static int ChunkStep(WinogradPlan plan) => (WinogradWeights.DepthsAtOnce + 1) * plan.PanelColumns;

    private readonly struct Input(WinogradBlock<TTile, T> block, int first, int count) : ISimdAction<T>
    {
        public void Invoke<TSimd, TVector>()
            where TSimd : struct, ISimd<TVector, T>
            where TVector : struct => block.TransformInput<TSimd, TVector>(first, count);
    }

    private readonly struct Kept(WinogradPlan plan, WinogradBlock<TTile, T> block, int panel, WinogradFilter<T> filter, Memory<T> m) : ISimdAction<T>
    {
        public void Invoke<TSimd, TVector>()
            where TSimd : struct, ISimd<TVector, T>
            where TVector : struct
        {
            for (int point = 0; point < plan.Points; point++)
                block.Multiply<TSimd, TVector>(filter.Panel(plan, point, panel), point, 0, plan.C, m.Span);
            block.TransformOutput<TSimd, TVector>(m.Span, panel, panel + 1);
        }
    }

    private readonly struct Fresh(
        WinogradPlan plan, WinogradBlock<TTile, T> block, int panel, ReadOnlyMemory<T> weights, bool rotated, Memory<T> u, Memory<T> m) : ISimdAction<T>
    {
        public void Invoke<TSimd, TVector>()
            where TSimd : struct, ISimd<TVector, T>
            where TVector : struct
        {
            int step = ChunkStep(plan);
            for (int depth = 0; depth < plan.C; depth += WinogradWeights.DepthsAtOnce)
            {
                int depths = Math.Min(WinogradWeights.DepthsAtOnce, plan.C - depth);
                WinogradWeights.Transform<TTile, TSimd, TVector, T>(plan, weights.Span, rotated, panel, depth, u.Span, step);
                for (int point = 0; point < plan.Points; point++)
                    block.Multiply<TSimd, TVector>(u.Span[(point * step)..], point, depth, depths, m.Span);
            }

            block.TransformOutput<TSimd, TVector>(m.Span, panel, panel + 1);
        }
    }
}

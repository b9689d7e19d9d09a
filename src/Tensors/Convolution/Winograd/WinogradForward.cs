using System.Numerics;

namespace DeepSharp.Tensors;

/// <summary>
/// A Winograd convolution whose tasks are blocks of tiles. A task computes all stages for its block: input transform, products, output
/// transform.
/// </summary>
/// <remarks>
/// The scratch memory of a block should stay in the second-level cache. For large weights or few tiles, this class calls
/// <see cref="WinogradByPanels"/> instead.
/// </remarks>
internal static class WinogradForward
{
    /// <summary>Convolves images.</summary>
    /// <param name="context">Workers, scratch memory and vector width.</param>
    /// <param name="plan">The dimensions and the layout of scratch memory.</param>
    /// <param name="x">Images.</param>
    /// <param name="weights">The weights in storage order.</param>
    /// <param name="rotated">Whether to rotate the kernel by 180° and exchange C and K, for the input gradient.</param>
    /// <param name="cached">The transformed weights if they are cached, else null.</param>
    /// <param name="epilogue">Bias and ReLU.</param>
    /// <param name="y">The outputs.</param>
    public static void Run<TTile, T>(
        ComputeContext context, WinogradPlan plan, Tensor<T> x, Tensor<T> weights, bool rotated, PooledMemory<T>? cached,
        Epilogue<T> epilogue, Tensor<T> y)
        where TTile : struct, IWinogradTile
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        using var made = cached is null && !plan.IsOneBlock ? WinogradWeights.Transform<TTile, T>(plan, weights, rotated) : null;
        var transformed = (cached ?? made)?.Memory ?? default;
        var (image, output) = (x.ReadMemory(), y.WriteMemory());
        if (plan.GoesByPanels)
        {
            WinogradByPanels.Run<TTile, T>(context, plan, image, transformed, weights.ReadMemory(), rotated, epilogue, output);
            return;
        }

        var filter = new WinogradFilter<T>(transformed, plan.WeightStep);
        context.Workers.Run(plan.Tiles, plan.BlockTiles, (firstTile, tiles) =>
        {
            using var v = context.Pool.RentScratch<T>(plan.BlockElements(plan.InputRow));
            using var m = context.Pool.RentScratch<T>(plan.BlockElements(plan.ProductRow));
            var block = new WinogradBlock<TTile, T>(context.Options.Profiler, plan, image, epilogue, output, v.Memory, firstTile, tiles);
            SimdDispatch.Run<T, AllStages<TTile, T>>(context.VectorWidth, new(plan, block, filter, tiles, m.Memory));
        });
    }

    private readonly struct AllStages<TTile, T>(
        WinogradPlan plan, WinogradBlock<TTile, T> block, WinogradFilter<T> filter, int tiles, Memory<T> products) : ISimdAction<T>
        where TTile : struct, IWinogradTile
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        void ISimdAction<T>.Invoke<TSimd, TVector>()
        {
            var m = products.Span;
            // Prefetch the outputs of this block and the input of the next one during the multiply.
            var outputs = new MemoryAhead<T>(block.Outputs, plan.Points);
            var nextInput = new MemoryAhead<T>(block.NextInput, plan.Points);
            var clock = block.Clock;
            block.TransformInput<TSimd, TVector>(0, tiles);
            clock.Lap<T>(KernelStage.Input, 0, block.TransformElements(tiles, plan.C));
            for (int first = 0; first < plan.Panels; first += plan.PanelsAtOnce)
            {
                int end = Math.Min(first + plan.PanelsAtOnce, plan.Panels);
                for (int point = 0; point < plan.Points; point++)
                {
                    outputs.PrefetchPart();
                    nextInput.PrefetchPart();
                    for (int panel = first; panel < end; panel++)
                    {
                        PanelProduct.Run<EvenRows, TSimd, TVector, T>(
                            block.Input(point), new(plan.InputRow), block.PaddedTiles, new(plan.C), filter.Panel(plan, point, panel),
                            plan.PanelColumns, block.Products(m[((panel - first) * plan.PanelColumns)..], point), plan.ProductRow,
                            plan.PanelColumns, new(T.One, false));
                    }
                }

                clock.Lap<T>(
                    KernelStage.Products, (end - first) * block.PanelProducts(plan.C), (end - first) * block.PanelElements(plan.C));
                block.TransformOutput<TSimd, TVector>(m, first, end);
                clock.Lap<T>(KernelStage.Output, 0, block.TransformElements(tiles, (end - first) * plan.PanelColumns));
            }
        }
    }
}

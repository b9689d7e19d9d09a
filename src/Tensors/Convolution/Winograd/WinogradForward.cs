using System.Numerics;

namespace DeepSharp.Tensors;

/// <summary>A Winograd convolution with transformed weights in which each task takes a block of tiles through all stages: windows, products, outputs.</summary>
internal static class WinogradForward
{
    /// <summary>Convolves images. The scratch memory of a block stays in the second-level cache.</summary>
    public static void Run<TTile, T>(
        ComputeContext context, WinogradPlan plan, ReadOnlyMemory<T> image, WinogradFilter<T> filter, Epilogue<T> epilogue, Memory<T> output)
        where TTile : struct, IWinogradTile
        where T : unmanaged, IFloatingPointIeee754<T> => Blocks.Run(context, plan.Tiles, (firstTile, tiles) =>
        {
            using var v = context.Pool.RentScratch<T>(plan.BlockElements(plan.InputRow));
            using var m = context.Pool.RentScratch<T>(plan.BlockElements(plan.ProductRow));
            var block = new WinogradBlock<TTile, T>(plan, image, epilogue, output, v.Memory, firstTile, tiles);
            SimdDispatch.Run<T, AllStages<TTile, T>>(context.VectorWidth, new(plan, block, filter, tiles, m.Memory));
        }, plan.BlockTiles);

    private readonly struct AllStages<TTile, T>(WinogradPlan plan, WinogradBlock<TTile, T> block, WinogradFilter<T> filter, int tiles, Memory<T> products) : ISimdAction<T>
        where TTile : struct, IWinogradTile
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public void Invoke<TSimd, TVector>()
            where TSimd : struct, ISimd<TVector, T>
            where TVector : struct
        {
            var m = products.Span;
            // Memory has nothing to do while the processor multiplies.
            var outputs = new MemoryAhead<T>(block.Outputs, plan.Points);
            var nextInput = new MemoryAhead<T>(block.NextInput, plan.Points);
            block.TransformInput<TSimd, TVector>(0, tiles);
            for (int group = 0; group < plan.Panels; group += plan.GroupPanels)
            {
                int end = Math.Min(group + plan.GroupPanels, plan.Panels);
                for (int point = 0; point < plan.Points; point++)
                {
                    outputs.AskForPiece();
                    nextInput.AskForPiece();
                    for (int panel = group; panel < end; panel++)
                        block.Multiply<TSimd, TVector>(filter.Panel(plan, point, panel), point, 0, plan.C, m[((panel - group) * plan.PanelColumns)..]);
                }

                block.TransformOutput<TSimd, TVector>(m, group, end);
            }
        }
    }
}

using System.Numerics;

namespace DeepSharp.Tensors;

/// <summary>The three stages of a Winograd convolution: transform windows, multiply point by point, transform products.</summary>
internal static class WinogradForward
{
    /// <summary>Convolves images with transformed weights.</summary>
    public static void Run<TTile, T>(
        ComputeContext context, WinogradPlan plan, ReadOnlyMemory<T> image, WinogradFilter<T> filter, Epilogue<T> epilogue, Memory<T> output)
        where TTile : struct, IWinogradTile
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (plan.SharesStages)
        {
            new WinogradStages<TTile, T>(context, plan, image, epilogue, output).Run(filter);
            return;
        }

        // Each task takes its tiles through all stages in scratch memory that stays in the second-level cache.
        Blocks.Run(context, plan.Tiles, (firstTile, tiles) =>
        {
            using var scratch = context.Pool.RentScratch<T>(plan.BlockElements);
            var block = new WinogradBlock<TTile, T>(plan, image, epilogue, output, scratch.Memory, firstTile, tiles);
            SimdDispatch.Run<T, AllStages<TTile, T>>(context.VectorWidth, new(plan, block, filter, tiles));
        }, plan.BlockTiles);
    }

    private readonly struct AllStages<TTile, T>(WinogradPlan plan, WinogradBlock<TTile, T> block, WinogradFilter<T> filter, int tiles) : ISimdAction<T>
        where TTile : struct, IWinogradTile
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public void Invoke<TSimd, TVector>()
            where TSimd : struct, ISimd<TVector, T>
            where TVector : struct
        {
            block.TransformInput<TSimd, TVector>(0, tiles);
            for (int panel = 0; panel < plan.Panels; panel += plan.GroupPanels)
            {
                int end = Math.Min(panel + plan.GroupPanels, plan.Panels);
                for (int point = 0; point < plan.Points; point++) block.Multiply<TSimd, TVector>(filter, point, panel, panel, end);
                block.TransformOutput<TSimd, TVector>(0, tiles, panel, end);
            }
        }
    }
}

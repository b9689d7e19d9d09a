using System.Numerics;
using System.Runtime.InteropServices;

namespace DeepSharp.Tensors;

/// <summary>The three stages of a Winograd convolution: transform windows, multiply point by point, transform products.</summary>
internal static class WinogradForward
{
    /// <summary>Convolves an image with transformed weights.</summary>
    public static void Run<TTile, T>(ComputeContext context, WinogradPlan plan, ReadOnlyMemory<T> image, ReadOnlyMemory<T> u, Epilogue<T> epilogue, Memory<T> output)
        where TTile : struct, IWinogradTile
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int blockElements = plan.Points * plan.BlockTiles * (plan.InputRow + plan.ProductRow);
        if (!plan.WeightsAreLarge)
        {
            // Each task takes its tiles through all stages in scratch memory that stays in the second-level cache.
            Blocks.Run(context, plan.Tiles, (firstTile, tiles) =>
            {
                using var scratch = context.Pool.RentScratch<T>(blockElements);
                var block = new Block<TTile, T>(plan, image, u, epilogue, output, scratch.Memory, firstTile, tiles);
                SimdDispatch.Run<T, Stage<TTile, T>>(context.VectorWidth, new(block, StageKind.All, 0));
            }, plan.BlockTiles);
            return;
        }

        // All workers share each stage of a large block, so that the weights are read as few times as possible.
        using var shared = context.Pool.RentScratch<T>(blockElements);
        for (int firstTile = 0; firstTile < plan.Tiles; firstTile += plan.BlockTiles)
        {
            int tiles = Math.Min(plan.BlockTiles, plan.Tiles - firstTile);
            var block = new Block<TTile, T>(plan, image, u, epilogue, output, shared.Memory, firstTile, tiles);
            int groups = (tiles + Block<TTile, T>.TilesPerTask - 1) / Block<TTile, T>.TilesPerTask;
            context.Workers.Run(groups, task => SimdDispatch.Run<T, Stage<TTile, T>>(context.VectorWidth, new(block, StageKind.Input, task)));
            context.Workers.Run(plan.Points * block.PanelGroups, task => SimdDispatch.Run<T, Stage<TTile, T>>(context.VectorWidth, new(block, StageKind.Products, task)));
            context.Workers.Run(groups, task => SimdDispatch.Run<T, Stage<TTile, T>>(context.VectorWidth, new(block, StageKind.Output, task)));
        }
    }

    private enum StageKind
    {
        All,
        Input,
        Products,
        Output,
    }

    /// <summary>A run of tiles with its scratch memory: v [points][tiles][C], then m [points][tiles][K].</summary>
    private readonly struct Block<TTile, T>(
        WinogradPlan plan, ReadOnlyMemory<T> image, ReadOnlyMemory<T> u, Epilogue<T> epilogue, Memory<T> output, Memory<T> scratch, int firstTile, int tiles)
        where TTile : struct, IWinogradTile
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public const int TilesPerTask = 8;
        private const int PanelsPerTask = 4;

        private readonly int paddedTiles = Packing.RoundUp(tiles, MicroKernel.Rows);

        public int PanelGroups => (plan.Panels + PanelsPerTask - 1) / PanelsPerTask;

        private int InputStep => paddedTiles * plan.InputRow;

        private int ProductStep => paddedTiles * plan.ProductRow;

        private Span<T> Products => scratch.Span[(plan.Points * InputStep)..];

        public void All<TSimd, TVector>()
            where TSimd : struct, ISimd<TVector, T>
            where TVector : struct
        {
            TransformInput<TSimd, TVector>(0, tiles);
            for (int point = 0; point < plan.Points; point++) Multiply<TSimd, TVector>(point, 0, plan.Panels);
            TransformOutput<TSimd, TVector>(0, tiles);
        }

        public void Input<TSimd, TVector>(int task)
            where TSimd : struct, ISimd<TVector, T>
            where TVector : struct => TransformInput<TSimd, TVector>(task * TilesPerTask, Math.Min(TilesPerTask, tiles - (task * TilesPerTask)));

        public void Multiply<TSimd, TVector>(int task)
            where TSimd : struct, ISimd<TVector, T>
            where TVector : struct
        {
            var (point, group) = Math.DivRem(task, PanelGroups);
            Multiply<TSimd, TVector>(point, group * PanelsPerTask, Math.Min(plan.Panels, (group + 1) * PanelsPerTask));
        }

        public void Output<TSimd, TVector>(int task)
            where TSimd : struct, ISimd<TVector, T>
            where TVector : struct => TransformOutput<TSimd, TVector>(task * TilesPerTask, Math.Min(TilesPerTask, tiles - (task * TilesPerTask)));

        private void TransformInput<TSimd, TVector>(int first, int count)
            where TSimd : struct, ISimd<TVector, T>
            where TVector : struct => WinogradImage.Transform<WinogradTransform.Input<TTile>, TSimd, TVector, T>(
                image.Span, plan.H, plan.W, plan.C, plan, plan.PaddingHeight, plan.PaddingWidth, firstTile + first, count,
                scratch.Span[(first * plan.InputRow)..], InputStep, plan.InputRow);

        private void TransformOutput<TSimd, TVector>(int first, int count)
            where TSimd : struct, ISimd<TVector, T>
            where TVector : struct => WinogradOutput.Transform<TTile, TSimd, TVector, T>(
                Products[(first * plan.ProductRow)..], ProductStep, plan, firstTile + first, count, epilogue, output.Span);

        /// <summary>m[point] = v[point] · u[point] for some panels. The padded tiles are multiplied too, and nobody reads their products.</summary>
        private void Multiply<TSimd, TVector>(int point, int firstPanel, int endPanel)
            where TSimd : struct, ISimd<TVector, T>
            where TVector : struct
        {
            int maxDepth = GemmBlocks.DepthFor<T>(plan.PanelColumns);
            var v = scratch.Span.Slice(point * InputStep, InputStep);
            var m = Products.Slice(point * ProductStep, ProductStep);
            for (int panel = firstPanel; panel < endPanel; panel++)
            {
                var weights = u.Span.Slice((point * plan.WeightStep) + (panel * plan.C * plan.PanelColumns), plan.C * plan.PanelColumns);
                for (int depth = 0; depth < plan.C; depth += maxDepth)
                {
                    ref T panelStart = ref MemoryMarshal.GetReference(weights[(depth * plan.PanelColumns)..]);
                    for (int tile = 0; tile < paddedTiles; tile += MicroKernel.Rows)
                    {
                        MicroKernel.Run<TSimd, TVector, T>(
                            in v[(tile * plan.InputRow) + depth], plan.InputRow, 1, in panelStart, plan.PanelColumns, Math.Min(maxDepth, plan.C - depth),
                            ref m[(tile * plan.ProductRow) + (panel * plan.PanelColumns)], plan.ProductRow, T.One, accumulate: depth > 0);
                    }
                }
            }
        }
    }

    private readonly struct Stage<TTile, T>(Block<TTile, T> block, StageKind kind, int task) : ISimdAction<T>
        where TTile : struct, IWinogradTile
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public void Invoke<TSimd, TVector>()
            where TSimd : struct, ISimd<TVector, T>
            where TVector : struct
        {
            switch (kind)
            {
                case StageKind.Input: block.Input<TSimd, TVector>(task); break;
                case StageKind.Products: block.Multiply<TSimd, TVector>(task); break;
                case StageKind.Output: block.Output<TSimd, TVector>(task); break;
                default: block.All<TSimd, TVector>(); break;
            }
        }
    }
}

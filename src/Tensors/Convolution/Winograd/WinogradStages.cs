using System.Numerics;

namespace DeepSharp.Tensors;

/// <summary>A Winograd convolution whose stages all workers share: for weights so large that each reading of them must serve many tiles, and for few tiles.</summary>
/// <remarks>
/// The transformed input of a block of tiles stays in the last-level cache, while one group of output channels after another is multiplied. Weights that
/// nobody keeps are transformed group by group too, where one block takes all tiles: those of 512 to 512 channels, 38 MB in float, then never exist as a whole.
/// </remarks>
internal sealed class WinogradStages<TTile, T>(ComputeContext context, WinogradPlan plan, ReadOnlyMemory<T> image, Epilogue<T> epilogue, Memory<T> output)
    where TTile : struct, IWinogradTile
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const int TilesPerTask = 8;
    private const int PanelsPerTask = 4;

    private WinogradBlock<TTile, T> block;
    private WinogradFilter<T> filter;
    private int tiles, firstPanel, endPanel;

    private int PanelTasks => (endPanel - firstPanel + PanelsPerTask - 1) / PanelsPerTask;

    /// <summary>Convolves with transformed weights, all of which are there.</summary>
    public void Run(WinogradFilter<T> whole) => Run(weightsOf: (_, _) => whole);

    /// <summary>Convolves with weights that are transformed group by group; one block must take all tiles.</summary>
    public void Run(ReadOnlyMemory<T> weights, bool rotated)
    {
        using var u = context.Pool.RentScratch<T>(plan.Points * plan.WeightStep(plan.GroupPanels));
        Run(weightsOf: (first, panels) =>
        {
            WinogradWeights.Transform<TTile, T>(context, plan, weights, rotated, first, panels, u.Memory);
            return new WinogradFilter<T>(u.Memory, first, plan.WeightStep(panels));
        });
    }

    private void Run(Func<int, int, WinogradFilter<T>> weightsOf)
    {
        using var scratch = context.Pool.RentScratch<T>(plan.BlockElements);
        Action<int> input = TransformInput, products = Multiply, outputs = TransformOutput;
        for (int firstTile = 0; firstTile < plan.Tiles; firstTile += plan.BlockTiles)
        {
            tiles = Math.Min(plan.BlockTiles, plan.Tiles - firstTile);
            block = new WinogradBlock<TTile, T>(plan, image, epilogue, output, scratch.Memory, firstTile, tiles);
            int tileTasks = (tiles + TilesPerTask - 1) / TilesPerTask;
            context.Workers.Run(tileTasks, input);
            for (firstPanel = 0; firstPanel < plan.Panels; firstPanel = endPanel)
            {
                endPanel = Math.Min(firstPanel + plan.GroupPanels, plan.Panels);
                filter = weightsOf(firstPanel, endPanel - firstPanel);
                context.Workers.Run(plan.Points * PanelTasks, products);
                context.Workers.Run(tileTasks, outputs);
            }
        }
    }

    private void TransformInput(int task) => SimdDispatch.Run<T, Stage>(context.VectorWidth, new(this, StageKind.Input, task));

    private void Multiply(int task) => SimdDispatch.Run<T, Stage>(context.VectorWidth, new(this, StageKind.Products, task));

    private void TransformOutput(int task) => SimdDispatch.Run<T, Stage>(context.VectorWidth, new(this, StageKind.Output, task));

    private enum StageKind
    {
        Input,
        Products,
        Output,
    }

    private readonly struct Stage(WinogradStages<TTile, T> stages, StageKind kind, int task) : ISimdAction<T>
    {
        public void Invoke<TSimd, TVector>()
            where TSimd : struct, ISimd<TVector, T>
            where TVector : struct
        {
            int first = task * TilesPerTask, count = Math.Min(TilesPerTask, stages.tiles - first);
            switch (kind)
            {
                case StageKind.Input:
                    stages.block.TransformInput<TSimd, TVector>(first, count);
                    break;
                case StageKind.Products:
                    var (point, part) = Math.DivRem(task, stages.PanelTasks);
                    int panel = stages.firstPanel + (part * PanelsPerTask);
                    stages.block.Multiply<TSimd, TVector>(stages.filter, point, stages.firstPanel, panel, Math.Min(panel + PanelsPerTask, stages.endPanel));
                    break;
                default:
                    stages.block.TransformOutput<TSimd, TVector>(first, count, stages.firstPanel, stages.endPanel);
                    break;
            }
        }
    }
}

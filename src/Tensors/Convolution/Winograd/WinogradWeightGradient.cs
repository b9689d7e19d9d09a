using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace DeepSharp.Tensors;

/// <summary>The gradient of the weights, dw = Gᵀ [ Σ tiles (A dy Aᵀ) ⊙ (Bᵀ x B) ] G: for each point a product [K × tiles] · [tiles × C].</summary>
/// <remarks>
/// Few channels have small sums and many tiles: the tiles are cut into parts, each with sums of its own, and the workers share nothing until the parts are
/// added up. Many channels have large sums and few tiles: the workers share the transforms of some tiles, then the points. Either way the sums over tiles
/// have one order, whoever computes them.
/// </remarks>
internal static class WinogradWeightGradient
{
    /// <summary>Computes dw [K][3][3][C].</summary>
    public static void Run<TTile, T>(ComputeContext context, WinogradGradientOperands<T> operands, Memory<T> dw)
        where TTile : struct, IWinogradTile
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        using var sum = new SplitSum<T>(context, operands.SumElements, operands.Runs, Tuning.WinogradMaxParts, Tuning.WinogradMaxPartsBytes);
        if (sum.Parts == 1) RunStages<TTile, T>(context, operands, sum.Total);
        else sum.Run((first, end, total) => RunPart<TTile, T>(context, operands, first, end, total));
        int row = operands.SumColumns + (operands.Plan.PanelColumns / MicroKernel.Vectors), points = operands.Plan.Points;
        context.Workers.Run(operands.Plan.K, 1, (k, _) =>
        {
            var clock = new StageClock(context.Options.Profiler);
            // Gathered first: the processor follows a few rows of memory at a time, not one for each point.
            using var gathered = context.Pool.RentScratch<T>(points * row);
            for (int point = 0; point < points; point++)
                sum.AddParts(((point * operands.SumRows) + k) * operands.SumColumns, operands.SumColumns).CopyTo(gathered.Span[(point * row)..]);
            SimdLoop.Run<T, Weights<TTile, T>>(context.VectorWidth, operands.Plan.C, new(gathered.Span, row, dw.Span.Slice(k * 9 * operands.Plan.C, 9 * operands.Plan.C)));
            clock.Lap<T>(KernelStage.Output, 0, points * (long)operands.SumColumns * (sum.Parts + 1));
        });
    }

    private static void RunPart<TTile, T>(ComputeContext context, WinogradGradientOperands<T> operands, int firstRun, int endRun, Memory<T> sums)
        where TTile : struct, IWinogradTile
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        const int Capacity = Tuning.WinogradTilesPerSum;
        using var transformed = context.Pool.RentScratch<T>(operands.StageElements(Capacity));
        for (int run = firstRun; run < endRun; run++)
        {
            int tile = run * Capacity, tiles = Math.Min(Capacity, operands.Plan.Tiles - tile);
            var stage = new WinogradGradientStage<TTile, T>(operands, transformed.Memory, Capacity, sums, tile, tiles, run > firstRun);
            SimdDispatch.Run<T, WholeStage<TTile, T>>(context.VectorWidth, new(stage, operands, context.Options.Profiler));
        }
    }

    /// <summary>The sums of all tiles, stage by stage.</summary>
    private static void RunStages<TTile, T>(ComputeContext context, WinogradGradientOperands<T> operands, Memory<T> sums)
        where TTile : struct, IWinogradTile
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var plan = operands.Plan;
        int unit = Tuning.WinogradTilesPerSum, fitting = Tuning.WinogradStageBytes / (operands.TileElements * Unsafe.SizeOf<T>()) / unit * unit;
        int capacity = Math.Clamp(fitting, unit, Packing.RoundUp(plan.Tiles, unit));
        int rowTasks = (operands.SumRows + Tuning.WinogradSumRows - 1) / Tuning.WinogradSumRows;
        using var transformed = context.Pool.RentScratch<T>(operands.StageElements(capacity));
        for (int first = 0; first < plan.Tiles; first += capacity)
        {
            int tiles = Math.Min(capacity, plan.Tiles - first);
            var stage = new WinogradGradientStage<TTile, T>(operands, transformed.Memory, capacity, sums, first, tiles, first > 0);
            context.Workers.Run(tiles, Tuning.WinogradTilesPerTask, (from, count) =>
            {
                var clock = new StageClock(context.Options.Profiler);
                SimdDispatch.Run<T, Images<TTile, T>>(context.VectorWidth, new(stage, from, count));
                clock.Lap<T>(KernelStage.Input, 0, operands.TransformElements(count));
            });
            context.Workers.Run(plan.Points * rowTasks, 1, (task, _) =>
            {
                var clock = new StageClock(context.Options.Profiler);
                var (point, group) = Math.DivRem(task, rowTasks);
                int firstRow = group * Tuning.WinogradSumRows, endRow = Math.Min(firstRow + Tuning.WinogradSumRows, operands.SumRows);
                SimdDispatch.Run<T, Products<TTile, T>>(context.VectorWidth, new(stage, point, firstRow, endRow));
                clock.Lap<T>(KernelStage.Products, operands.Products(tiles, endRow - firstRow), operands.ProductElements(tiles, endRow - firstRow));
            });
        }
    }

    private readonly struct WholeStage<TTile, T>(WinogradGradientStage<TTile, T> stage, WinogradGradientOperands<T> operands, Profiler? profiler) : ISimdAction<T>
        where TTile : struct, IWinogradTile
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        void ISimdAction<T>.Invoke<TSimd, TVector>()
        {
            var clock = new StageClock(profiler);
            stage.Transform<TSimd, TVector>(0, stage.Tiles);
            clock.Lap<T>(KernelStage.Input, 0, operands.TransformElements(stage.Tiles));
            // Prefetch the next operands during the multiply.
            var input = new MemoryAhead<T>(stage.NextInput, operands.Plan.Points);
            var gradient = new MemoryAhead<T>(stage.NextGradient, operands.Plan.Points);
            for (int point = 0; point < operands.Plan.Points; point++)
            {
                input.AskForPiece();
                gradient.AskForPiece();
                stage.Multiply<TSimd, TVector>(point, 0, operands.SumRows);
            }

            clock.Lap<T>(
                KernelStage.Products, operands.Plan.Points * operands.Products(stage.Tiles, operands.SumRows),
                operands.Plan.Points * operands.ProductElements(stage.Tiles, operands.SumRows));
        }
    }

    private readonly struct Images<TTile, T>(WinogradGradientStage<TTile, T> stage, int first, int count) : ISimdAction<T>
        where TTile : struct, IWinogradTile
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        void ISimdAction<T>.Invoke<TSimd, TVector>() => stage.Transform<TSimd, TVector>(first, count);
    }

    private readonly struct Products<TTile, T>(WinogradGradientStage<TTile, T> stage, int point, int firstRow, int endRow) : ISimdAction<T>
        where TTile : struct, IWinogradTile
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        void ISimdAction<T>.Invoke<TSimd, TVector>() => stage.Multiply<TSimd, TVector>(point, firstRow, endRow);
    }

    /// <summary>The gradients of one output channel [3][3][C] from its sums [points][row].</summary>
    private readonly ref struct Weights<TTile, T>(ReadOnlySpan<T> sums, int row, Span<T> dw) : ISimdLoop<T>
        where TTile : struct, IWinogradTile
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        private readonly ReadOnlySpan<T> sums = sums;
        private readonly Span<T> dw = dw;

        [SkipLocalsInit]
        void ISimdLoop<T>.Run<TSimd, TVector>(nint from, nint to)
        {
            int size = WinogradTransform.InputSize<TTile>(), channels = dw.Length / 9;
            Span<T> between = StackMemory.Align(stackalloc T[(size * 3 * TSimd.Width) + StackMemory.Slack<T>()]);
            ref T source = ref MemoryMarshal.GetReference(sums), target = ref MemoryMarshal.GetReference(dw);
            for (nint c = from; c < to; c += TSimd.Width)
            {
                WinogradTransform.Apply<WinogradTransform.WeightGradient<TTile>, TSimd, TVector, T>(
                    in Unsafe.Add(ref source, c), size * row, row, ref between[0], ref Unsafe.Add(ref target, c), 3 * channels, channels);
            }
        }
    }
}

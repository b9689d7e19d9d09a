using System.Numerics;
using System.Runtime.CompilerServices;

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
        var sums = sum.Total;
        context.Workers.Run(operands.Plan.K, 1, (k, _) =>
        {
            for (int point = 0; point < operands.Plan.Points; point++)
                sum.AddParts(((point * operands.SumRows) + k) * operands.SumColumns, operands.SumColumns);
            SimdLoop.Run<T, Weights<TTile, T>>(context.VectorWidth, operands.Plan.C, new(operands, sums, dw, k));
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
            SimdDispatch.Run<T, WholeStage<TTile, T>>(context.VectorWidth, new(stage, operands));
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
            context.Workers.Run(tiles, Tuning.WinogradTilesPerTask, (from, count) => SimdDispatch.Run<T, Images<TTile, T>>(context.VectorWidth, new(stage, from, count)));
            context.Workers.Run(plan.Points * rowTasks, 1, (task, _) =>
            {
                var (point, group) = Math.DivRem(task, rowTasks);
                SimdDispatch.Run<T, Products<TTile, T>>(context.VectorWidth, new(stage, point, group * Tuning.WinogradSumRows, Math.Min((group + 1) * Tuning.WinogradSumRows, operands.SumRows)));
            });
        }
    }

    private readonly struct WholeStage<TTile, T>(WinogradGradientStage<TTile, T> stage, WinogradGradientOperands<T> operands) : ISimdAction<T>
        where TTile : struct, IWinogradTile
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        void ISimdAction<T>.Invoke<TSimd, TVector>()
        {
            stage.Transform<TSimd, TVector>(0, stage.Tiles);
            // Prefetch the next operands during the multiply.
            var input = new MemoryAhead<T>(stage.NextInput, operands.Plan.Points);
            var gradient = new MemoryAhead<T>(stage.NextGradient, operands.Plan.Points);
            for (int point = 0; point < operands.Plan.Points; point++)
            {
                input.AskForPiece();
                gradient.AskForPiece();
                stage.Multiply<TSimd, TVector>(point, 0, operands.SumRows);
            }
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

    /// <summary>The gradients of one output channel, from its sums.</summary>
    private readonly struct Weights<TTile, T>(WinogradGradientOperands<T> operands, Memory<T> sums, Memory<T> dw, int k) : ISimdLoop<T>
        where TTile : struct, IWinogradTile
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        [SkipLocalsInit]
        void ISimdLoop<T>.Run<TSimd, TVector>(nint from, nint to)
        {
            int size = WinogradTransform.InputSize<TTile>(), point = operands.SumRows * operands.SumColumns, channels = operands.Plan.C;
            Span<T> between = StackMemory.Align(stackalloc T[(size * 3 * TSimd.Width) + StackMemory.Slack<T>()]);
            ref T source = ref sums.Span[k * operands.SumColumns], target = ref dw.Span[k * 9 * channels];
            for (nint c = from; c < to; c += TSimd.Width)
            {
                WinogradTransform.Apply<WinogradTransform.WeightGradient<TTile>, TSimd, TVector, T>(
                    in Unsafe.Add(ref source, c), size * point, point, ref between[0], ref Unsafe.Add(ref target, c), 3 * channels, channels);
            }
        }
    }
}

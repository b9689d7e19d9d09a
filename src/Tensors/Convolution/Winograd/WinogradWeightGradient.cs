using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace DeepSharp.Tensors;

/// <summary>
/// The gradient of the weights, dw = Gᵀ [ Σ tiles (A dy Aᵀ) ⊙ (Bᵀ x B) ] G: for each point a product [K × tiles] · [tiles × C].
/// </summary>
/// <remarks>
/// With few channels, the sums are small, and usually there are many tiles. The tiles are then split into parts, each with its own sums.
/// The workers share only the images until the parts are added. With many channels, or few tiles, there is a single part. All workers then
/// transform a block of tiles together, and afterwards compute its products together. In both cases, the order of summation is fixed.
/// </remarks>
internal static class WinogradWeightGradient
{
    /// <summary>Computes dw [K][3][3][C].</summary>
    public static void Run<TTile, T>(ComputeContext context, WinogradGradientOperands<T> operands, Memory<T> dw)
        where TTile : struct, IWinogradTile
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        using var sum = new SplitSum<T>(
            context, operands.SumElements, operands.TileBlocks, Tuning.WinogradMaxParts, Tuning.WinogradMaxPartsBytes);
        if (sum.Parts == 1) RunBlocks<TTile, T>(context, operands, sum.Total);
        else sum.Run((first, end, total) => RunPart<TTile, T>(context, operands, first, end, total));
        int row = operands.SumColumns + (operands.Plan.PanelColumns / MicroKernel.Vectors), points = operands.Plan.Points;
        context.Workers.Run(operands.Plan.K, 1, (k, _) =>
        {
            var clock = new StageClock(context.Options.Profiler);
            // Gather the sums of all points first: the hardware prefetcher follows only a few streams, not one for each point.
            using var gathered = context.Pool.RentScratch<T>(points * row);
            for (int point = 0; point < points; point++)
            {
                sum.AddParts(((point * operands.SumRows) + k) * operands.SumColumns, operands.SumColumns)
                    .CopyTo(gathered.Span[(point * row)..]);
            }

            SimdLoop.Run<T, Weights<TTile, T>>(
                context.VectorWidth, operands.Plan.C,
                new(gathered.Span, row, dw.Span.Slice(k * 9 * operands.Plan.C, 9 * operands.Plan.C)));
            clock.Lap<T>(KernelStage.Output, 0, points * (long)operands.SumColumns * (sum.Parts + 1));
        });
    }

    /// <summary>Computes one part of the sums on one worker, <see cref="Tuning.WinogradTilesPerSum"/> tiles at a time.</summary>
    private static void RunPart<TTile, T>(
        ComputeContext context, WinogradGradientOperands<T> operands, int firstBlock, int endBlock, Memory<T> sums)
        where TTile : struct, IWinogradTile
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        const int Capacity = Tuning.WinogradTilesPerSum;
        using var transformed = context.Pool.RentScratch<T>(operands.BlockElements(Capacity));
        for (int number = firstBlock; number < endBlock; number++)
        {
            int tile = number * Capacity, tiles = Math.Min(Capacity, operands.Plan.Tiles - tile);
            var block = new WinogradGradientBlock<TTile, T>(operands, transformed.Memory, Capacity, sums, tile, tiles, number > firstBlock);
            SimdDispatch.Run<T, WholeBlock<TTile, T>>(context.VectorWidth, new(block, operands, context.Options.Profiler));
        }
    }

    /// <summary>Computes the sums of all tiles block by block, with all workers on the same block.</summary>
    private static void RunBlocks<TTile, T>(ComputeContext context, WinogradGradientOperands<T> operands, Memory<T> sums)
        where TTile : struct, IWinogradTile
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var plan = operands.Plan;
        int unit = Tuning.WinogradTilesPerSum;
        int fitting = Tuning.WinogradGradientBlockBytes / (operands.TileElements * Unsafe.SizeOf<T>()) / unit * unit;
        int capacity = Math.Clamp(fitting, unit, Packing.RoundUp(plan.Tiles, unit));
        int rowBlocks = (operands.SumRows + Tuning.WinogradSumRows - 1) / Tuning.WinogradSumRows;
        using var transformed = context.Pool.RentScratch<T>(operands.BlockElements(capacity));
        for (int first = 0; first < plan.Tiles; first += capacity)
        {
            int tiles = Math.Min(capacity, plan.Tiles - first);
            var block = new WinogradGradientBlock<TTile, T>(operands, transformed.Memory, capacity, sums, first, tiles, first > 0);
            context.Workers.Run(tiles, Tuning.WinogradTilesPerTask, (from, count) =>
            {
                var clock = new StageClock(context.Options.Profiler);
                SimdDispatch.Run<T, Transforms<TTile, T>>(context.VectorWidth, new(block, from, count));
                clock.Lap<T>(KernelStage.Input, 0, operands.TransformElements(count));
            });
            context.Workers.Run(plan.Points * rowBlocks, 1, (task, _) =>
            {
                var clock = new StageClock(context.Options.Profiler);
                var (point, rowBlock) = Math.DivRem(task, rowBlocks);
                int firstRow = rowBlock * Tuning.WinogradSumRows, endRow = Math.Min(firstRow + Tuning.WinogradSumRows, operands.SumRows);
                SimdDispatch.Run<T, Products<TTile, T>>(context.VectorWidth, new(block, point, firstRow, endRow));
                clock.Lap<T>(
                    KernelStage.Products, operands.Products(tiles, endRow - firstRow),
                    operands.ProductElements(tiles, endRow - firstRow));
            });
        }
    }

    private readonly struct WholeBlock<TTile, T>(
        WinogradGradientBlock<TTile, T> block, WinogradGradientOperands<T> operands, Profiler? profiler) : ISimdAction<T>
        where TTile : struct, IWinogradTile
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        void ISimdAction<T>.Invoke<TSimd, TVector>()
        {
            var clock = new StageClock(profiler);
            block.Transform<TSimd, TVector>(0, block.Tiles);
            clock.Lap<T>(KernelStage.Input, 0, operands.TransformElements(block.Tiles));
            // Prefetch the images of the next block during the multiply.
            var input = new MemoryAhead<T>(block.NextInput, operands.Plan.Points);
            var gradient = new MemoryAhead<T>(block.NextGradient, operands.Plan.Points);
            for (int point = 0; point < operands.Plan.Points; point++)
            {
                input.PrefetchPart();
                gradient.PrefetchPart();
                block.Multiply<TSimd, TVector>(point, 0, operands.SumRows);
            }

            clock.Lap<T>(
                KernelStage.Products, operands.Plan.Points * operands.Products(block.Tiles, operands.SumRows),
                operands.Plan.Points * operands.ProductElements(block.Tiles, operands.SumRows));
        }
    }

    private readonly struct Transforms<TTile, T>(WinogradGradientBlock<TTile, T> block, int first, int count) : ISimdAction<T>
        where TTile : struct, IWinogradTile
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        void ISimdAction<T>.Invoke<TSimd, TVector>() => block.Transform<TSimd, TVector>(first, count);
    }

    private readonly struct Products<TTile, T>(WinogradGradientBlock<TTile, T> block, int point, int firstRow, int endRow) : ISimdAction<T>
        where TTile : struct, IWinogradTile
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        void ISimdAction<T>.Invoke<TSimd, TVector>() => block.Multiply<TSimd, TVector>(point, firstRow, endRow);
    }

    /// <summary>Computes the gradients of one output channel, [3][3][C], from its sums, [points][row].</summary>
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

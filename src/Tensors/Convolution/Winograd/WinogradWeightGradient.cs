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
    private const int TilesPerTask = 8;
    private const int RowsPerTask = 8 * MicroKernel.Rows;

    // Transformed input and gradient of a stage that the workers share, together.
    private const int StageBytes = 6 << 20;

    /// <summary>The sums of each part of the tiles.</summary>
    public static void RunParts<TTile, T>(ComputeContext context, WinogradGradientOperands<T> operands, Memory<T> sums)
        where TTile : struct, IWinogradTile
        where T : unmanaged, IFloatingPointIeee754<T> => context.Workers.Run(operands.Parts, 1, (part, _) =>
        {
            int capacity = WinogradGradientOperands<T>.TilesPerSum, first = operands.FirstTile(part), end = operands.FirstTile(part + 1);
            using var transformed = context.Pool.RentScratch<T>(operands.StageElements(capacity));
            var sumsOfPart = sums.Slice(part * operands.SumElements, operands.SumElements);
            for (int tile = first; tile < end; tile += capacity)
            {
                var stage = new WinogradGradientStage<TTile, T>(operands, transformed.Memory, capacity, sumsOfPart, tile, Math.Min(capacity, end - tile), tile > first);
                SimdDispatch.Run<T, WholeStage<TTile, T>>(context.VectorWidth, new(stage, operands));
            }
        });

    /// <summary>The sums of all tiles, stage by stage.</summary>
    public static void RunStages<TTile, T>(ComputeContext context, WinogradGradientOperands<T> operands, Memory<T> sums)
        where TTile : struct, IWinogradTile
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var plan = operands.Plan;
        int unit = WinogradGradientOperands<T>.TilesPerSum, fitting = StageBytes / (operands.TileElements * Unsafe.SizeOf<T>()) / unit * unit;
        int capacity = Math.Clamp(fitting, unit, Packing.RoundUp(plan.Tiles, unit));
        int rowTasks = (operands.SumRows + RowsPerTask - 1) / RowsPerTask;
        using var transformed = context.Pool.RentScratch<T>(operands.StageElements(capacity));
        for (int first = 0; first < plan.Tiles; first += capacity)
        {
            int tiles = Math.Min(capacity, plan.Tiles - first);
            var stage = new WinogradGradientStage<TTile, T>(operands, transformed.Memory, capacity, sums, first, tiles, first > 0);
            context.Workers.Run(tiles, TilesPerTask, (from, count) => SimdDispatch.Run<T, Images<TTile, T>>(context.VectorWidth, new(stage, from, count)));
            context.Workers.Run(plan.Points * rowTasks, 1, (task, _) =>
            {
                var (point, group) = Math.DivRem(task, rowTasks);
                SimdDispatch.Run<T, Products<TTile, T>>(context.VectorWidth, new(stage, point, group * RowsPerTask, Math.Min((group + 1) * RowsPerTask, operands.SumRows)));
            });
        }
    }

    private readonly struct WholeStage<TTile, T>(WinogradGradientStage<TTile, T> stage, WinogradGradientOperands<T> operands) : ISimdAction<T>
        where TTile : struct, IWinogradTile
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public void Invoke<TSimd, TVector>()
            where TSimd : struct, ISimd<TVector, T>
            where TVector : struct
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
        public void Invoke<TSimd, TVector>()
            where TSimd : struct, ISimd<TVector, T>
            where TVector : struct => stage.Transform<TSimd, TVector>(first, count);
    }

    private readonly struct Products<TTile, T>(WinogradGradientStage<TTile, T> stage, int point, int firstRow, int endRow) : ISimdAction<T>
        where TTile : struct, IWinogradTile
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public void Invoke<TSimd, TVector>()
            where TSimd : struct, ISimd<TVector, T>
            where TVector : struct => stage.Multiply<TSimd, TVector>(point, firstRow, endRow);
    }

    /// <summary>The gradients of one output channel: the parts added up, then transformed.</summary>
    public readonly struct Weights<TTile, T>(WinogradGradientOperands<T> operands, Memory<T> sums, Memory<T> dw, int k) : ISimdAction<T>
        where TTile : struct, IWinogradTile
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public void Invoke<TSimd, TVector>()
            where TSimd : struct, ISimd<TVector, T>
            where TVector : struct
        {
            int channels = operands.Plan.C, whole = channels - (channels % TSimd.Width);
            Transform<TSimd, TVector>(0, whole);
            Transform<SimdScalar<T>, T>(whole, channels);
        }

        [SkipLocalsInit]
        private void Transform<TSimd, TVector>(int firstChannel, int endChannel)
            where TSimd : struct, ISimd<TVector, T>
            where TVector : struct
        {
            int size = WinogradTransform.InputSize<TTile>(), points = size * size, parts = operands.Parts;
            nint width = TSimd.Width, point = (nint)operands.SumRows * operands.SumColumns;
            Span<T> scratch = StackMemory.Align(stackalloc T[((points + (size * 3)) * TSimd.Width) + StackMemory.Slack<T>()]);
            ref T total = ref MemoryMarshal.GetReference(scratch), between = ref Unsafe.Add(ref total, points * width);
            ref T source = ref sums.Span[k * operands.SumColumns], target = ref dw.Span[k * 9 * operands.Plan.C];
            for (int c = firstChannel; c < endChannel; c += TSimd.Width)
            {
                ref T first = ref Unsafe.Add(ref source, c), to = ref Unsafe.Add(ref target, c);
                if (parts == 1)
                {
                    Transform<TSimd, TVector>(ref first, point, ref between, ref to);
                }
                else
                {
                    Add<TSimd, TVector>(ref first, ref total, points, point, parts);
                    Transform<TSimd, TVector>(ref total, width, ref between, ref to);
                }
            }
        }

        private void Transform<TSimd, TVector>(ref T from, nint point, ref T between, ref T to)
            where TSimd : struct, ISimd<TVector, T>
            where TVector : struct => WinogradTransform.Apply<WinogradTransform.WeightGradient<TTile>, TSimd, TVector, T>(
                in from, WinogradTransform.InputSize<TTile>() * point, point, ref between, ref to, 3 * operands.Plan.C, operands.Plan.C);

        private void Add<TSimd, TVector>(ref T first, ref T total, nint points, nint point, int parts)
            where TSimd : struct, ISimd<TVector, T>
            where TVector : struct
        {
            for (nint i = 0; i < points; i++)
            {
                var sum = TSimd.Load(in first, i * point);
                for (nint part = 1; part < parts; part++) sum = TSimd.Add(sum, TSimd.Load(in first, (part * operands.SumElements) + (i * point)));
                TSimd.Store(sum, ref total, i * TSimd.Width);
            }
        }
    }
}

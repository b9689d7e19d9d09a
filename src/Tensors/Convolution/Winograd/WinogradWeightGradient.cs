using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace DeepSharp.Tensors;

/// <summary>The gradient of the weights, dw = Gᵀ [ Σ tiles (A dy Aᵀ) ⊙ (Bᵀ x B) ] G: for each point a product [K × tiles] · [tiles × C].</summary>
/// <remarks>
/// Both transforms give rows by tile, which is the order in which the micro-kernel reads them: nothing is packed. Each worker owns outputs, so the
/// sum over tiles has one order. It is cut into runs of <see cref="TilesPerSum"/>: one float sum over thousands of tiles would lose three more bits.
/// </remarks>
internal static class WinogradWeightGradient
{
    private const int TilesPerSum = 64;
    private const int TilesPerTask = 8;
    private const int RowsPerTask = 8 * MicroKernel.Rows;

    // Transformed input and gradient of one stage, together.
    private const int StageBytes = 6 << 20;

    /// <summary>Computes the gradient; <paramref name="plan"/> is the forward one.</summary>
    public static void Run<TTile, T>(ComputeContext context, WinogradPlan plan, ReadOnlyMemory<T> x, ReadOnlyMemory<T> dy, Memory<T> dw)
        where TTile : struct, IWinogradTile
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int gradientRow = Packing.RoundUp(plan.K, MicroKernel.Rows) + (plan.PanelColumns / MicroKernel.Vectors);
        int perTile = plan.Points * (plan.InputRow + gradientRow);
        int stageTiles = Math.Clamp(StageBytes / (perTile * Unsafe.SizeOf<T>()) / TilesPerSum * TilesPerSum, TilesPerSum, Packing.RoundUp(plan.Tiles, TilesPerSum));
        int sumRows = Packing.RoundUp(plan.K, MicroKernel.Rows), sumColumns = Packing.RoundUp(plan.C, plan.PanelColumns);

        using var transformed = context.Pool.RentScratch<T>(plan.Points * (plan.PointStep(stageTiles, plan.InputRow) + plan.PointStep(stageTiles, gradientRow)));
        using var sums = context.Pool.RentScratch<T>(plan.Points * sumRows * sumColumns);
        var work = new Work<TTile, T>(plan, x, dy, dw, transformed.Memory, sums.Memory, stageTiles, gradientRow, sumRows, sumColumns);
        int rowTasks = (sumRows + RowsPerTask - 1) / RowsPerTask;
        for (work.FirstTile = 0; work.FirstTile < plan.Tiles; work.FirstTile += stageTiles)
        {
            work.Tiles = Math.Min(stageTiles, plan.Tiles - work.FirstTile);
            int groups = (work.Tiles + TilesPerTask - 1) / TilesPerTask;
            context.Workers.Run(groups, task => SimdDispatch.Run<T, Stage<TTile, T>>(context.VectorWidth, new(work, StageKind.Images, task)));
            context.Workers.Run(plan.Points * rowTasks, task => SimdDispatch.Run<T, Stage<TTile, T>>(context.VectorWidth, new(work, StageKind.Products, task)));
        }

        context.Workers.Run(plan.K, task => SimdDispatch.Run<T, Stage<TTile, T>>(context.VectorWidth, new(work, StageKind.Weights, task)));
    }

    private enum StageKind
    {
        Images,
        Products,
        Weights,
    }

    /// <summary>Scratch memory: v [points][tiles][C], then d [points][tiles][K]; and the sums [points][K][C].</summary>
    private sealed class Work<TTile, T>(
        WinogradPlan plan, ReadOnlyMemory<T> x, ReadOnlyMemory<T> dy, Memory<T> dw, Memory<T> transformed, Memory<T> sums,
        int stageTiles, int gradientRow, int sumRows, int sumColumns)
        where TTile : struct, IWinogradTile
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public int FirstTile, Tiles;

        private int InputStep => plan.PointStep(stageTiles, plan.InputRow);

        private int GradientStep => plan.PointStep(stageTiles, gradientRow);

        private Span<T> Gradients => transformed.Span[(plan.Points * InputStep)..];

        public void TransformImages<TSimd, TVector>(int task)
            where TSimd : struct, ISimd<TVector, T>
            where TVector : struct
        {
            int first = task * TilesPerTask, count = Math.Min(TilesPerTask, Tiles - first);
            WinogradImage.Transform<WinogradTransform.Input<TTile>, TSimd, TVector, T>(
                x.Span, plan.H, plan.W, plan.C, plan, plan.PaddingHeight, plan.PaddingWidth, FirstTile + first, count,
                transformed.Span[(first * plan.InputRow)..], InputStep, plan.InputRow);
            WinogradImage.Transform<WinogradTransform.OutputGradient<TTile>, TSimd, TVector, T>(
                dy.Span, plan.OutputHeight, plan.OutputWidth, plan.K, plan, 0, 0, FirstTile + first, count,
                Gradients[(first * gradientRow)..], GradientStep, gradientRow);
        }

        public void Multiply<TSimd, TVector>(int task)
            where TSimd : struct, ISimd<TVector, T>
            where TVector : struct
        {
            var (point, group) = Math.DivRem(task, (sumRows + RowsPerTask - 1) / RowsPerTask);
            int endRow = Math.Min(sumRows, (group + 1) * RowsPerTask);
            ref T v = ref transformed.Span[point * InputStep], d = ref Gradients[point * GradientStep];
            ref T sum = ref sums.Span[point * sumRows * sumColumns];
            for (int tile = 0; tile < Tiles; tile += TilesPerSum)
            {
                var rows = TileRows.Evenly(1, gradientRow, Math.Min(TilesPerSum, Tiles - tile));
                for (int c = 0; c < sumColumns; c += plan.PanelColumns)
                {
                    for (int k = group * RowsPerTask; k < endRow; k += MicroKernel.Rows)
                    {
                        MicroKernel.Run<TSimd, TVector, T>(
                            in Unsafe.Add(ref d, (tile * gradientRow) + k), rows, in Unsafe.Add(ref v, (tile * plan.InputRow) + c), plan.InputRow,
                            ref Unsafe.Add(ref sum, (k * sumColumns) + c), sumColumns, T.One, accumulate: FirstTile + tile > 0);
                    }
                }
            }
        }

        [SkipLocalsInit]
        public void TransformWeights<TSimd, TVector>(int k)
            where TSimd : struct, ISimd<TVector, T>
            where TVector : struct
        {
            int size = WinogradTransform.InputSize<TTile>(), whole = plan.C - (plan.C % TSimd.Width);
            nint point = (nint)sumRows * sumColumns;
            Span<T> between = StackMemory.Align(stackalloc T[(size * 3 * TSimd.Width) + StackMemory.Slack<T>()]);
            ref T scratch = ref MemoryMarshal.GetReference(between);
            ref T source = ref sums.Span[k * sumColumns], target = ref dw.Span[k * 9 * plan.C];
            for (int c = 0; c < whole; c += TSimd.Width)
            {
                WinogradTransform.Apply<WinogradTransform.WeightGradient<TTile>, TSimd, TVector, T>(
                    in Unsafe.Add(ref source, c), size * point, point, ref scratch, ref Unsafe.Add(ref target, c), 3 * plan.C, plan.C);
            }

            for (int c = whole; c < plan.C; c++)
            {
                WinogradTransform.Apply<WinogradTransform.WeightGradient<TTile>, SimdScalar<T>, T, T>(
                    in Unsafe.Add(ref source, c), size * point, point, ref scratch, ref Unsafe.Add(ref target, c), 3 * plan.C, plan.C);
            }
        }
    }

    private readonly struct Stage<TTile, T>(Work<TTile, T> work, StageKind kind, int task) : ISimdAction<T>
        where TTile : struct, IWinogradTile
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public void Invoke<TSimd, TVector>()
            where TSimd : struct, ISimd<TVector, T>
            where TVector : struct
        {
            switch (kind)
            {
                case StageKind.Images: work.TransformImages<TSimd, TVector>(task); break;
                case StageKind.Products: work.Multiply<TSimd, TVector>(task); break;
                default: work.TransformWeights<TSimd, TVector>(task); break;
            }
        }
    }
}

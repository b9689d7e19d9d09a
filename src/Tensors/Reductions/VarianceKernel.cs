using System.Numerics;
using System.Numerics.Tensors;

namespace DeepSharp.Tensors;

/// <summary>The variance over any axes: Σ (x − mean)² / (n − 1), or / n if biased.</summary>
/// <remarks>Two passes: the mean is subtracted before squaring, so a mean far from zero costs little accuracy.</remarks>
internal static class VarianceKernel
{
    /// <summary>The variance. The unbiased variance of a single element is 0/0 = NaN, as in PyTorch.</summary>
    public static Tensor<T> Forward<T>(Tensor<T> x, AxisSet axes, bool unbiased, bool keepDims)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        using var gathered = Rows.Gather(x, axes);
        int length = axes.CountIn(x.Shape), rows = x.ElementCount / length;
        using var scratch = x.Context.Pool.RentScratch<double>(2 * rows);
        Memory<double> means = scratch.Memory[..rows], squares = scratch.Memory[rows..];
        var source = (gathered ?? x).ReadMemory();
        Means(x.Context, source, length, means);
        Summation.OfRows(x.Context, rows, length, (row, start, count) =>
        {
            T mean = T.CreateTruncating(means.Span[row]);
            return Summation.Sum<T, SquaredDeviationTerm<T>>(
                x.Context.VectorWidth, new(source.Span.Slice((row * length) + start, count), mean), count);
        }, squares);

        var y = new Tensor<T>(axes.Reduce(x.Shape, keepDims: true), x.Context, "Variance");
        var target = y.Write();
        for (int row = 0; row < rows; row++) target[row] = T.CreateTruncating(squares.Span[row] / (length - (unbiased ? 1 : 0)));
        if (keepDims) return y;
        using (y) return ReshapeKernel.Run(y, axes.Reduce(x.Shape, keepDims: false));
    }

    /// <summary>dx = 2·(x − mean)·dy / (n − 1), or / n if biased.</summary>
    public static Tensor<T> Backward<T>(Tensor<T> x, Tensor<T> dy, AxisSet axes, bool unbiased)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        using var gathered = Rows.Gather(x, axes);
        using var kept = ReshapeKernel.Run(dy, axes.Reduce(x.Shape, keepDims: true));
        int length = axes.CountIn(x.Shape), rows = x.ElementCount / length;
        using var scratch = x.Context.Pool.RentScratch<double>(rows);
        var means = scratch.Memory;
        var (source, upstream) = ((gathered ?? x).ReadMemory(), kept.ReadMemory());
        Means(x.Context, source, length, means);

        var dx = new Tensor<T>((gathered ?? x).Shape, x.Context, "Variance backward");
        var target = dx.WriteMemory();
        T factor = T.CreateTruncating(2.0 / (length - (unbiased ? 1 : 0)));
        x.Context.Workers.Run(rows, Tuning.RowsPerBlock(length), (from, count) =>
        {
            for (int row = from; row < from + count; row++)
            {
                var part = target.Span.Slice(row * length, length);
                TensorPrimitives.Subtract(source.Span.Slice(row * length, length), T.CreateTruncating(means.Span[row]), part);
                TensorPrimitives.Multiply(part, factor * upstream.Span[row], part);
            }
        });
        return gathered is null ? dx : Rows.Scatter(dx, x.Shape, axes);
    }

    private static void Means<T>(ComputeContext context, ReadOnlyMemory<T> x, int length, Memory<double> means)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Summation.OfRows(context, means.Length, length, (row, start, count) =>
            Summation.Sum<T, ElementTerm<T>>(context.VectorWidth, new(x.Span.Slice((row * length) + start, count)), count), means);
        foreach (ref double mean in means.Span) mean /= length;
    }
}

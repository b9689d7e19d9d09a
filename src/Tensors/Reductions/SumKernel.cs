using System.Numerics;
using System.Numerics.Tensors;

namespace DeepSharp.Tensors;

/// <summary>Sums and means over any axes.</summary>
/// <remarks>
/// Axes that are adjacent in storage are merged: a tensor is viewed as [outer, length, inner] and summed over the middle axis. Each sum is
/// split into parts that depend on the shape alone. Parts are summed in T (long rows in runs, see <see cref="Summation"/>) and added in
/// order, in double. The result is therefore bit-identical for any number of workers, and the rounding error does not grow with the number
/// of parts.
/// </remarks>
internal static class SumKernel
{
    /// <summary>The sum over <paramref name="axes"/>, divided by <paramref name="divisor"/>.</summary>
    public static Tensor<T> Forward<T>(Tensor<T> x, AxisSet axes, bool keepDims, double divisor = 1)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var kept = axes.Reduce(x.Shape, keepDims: true);
        var shape = axes.Reduce(x.Shape, keepDims);
        // In row-major storage, removing axes of length 1 does not reorder elements.
        if (keepDims || StorageLayout.IsRowMajor(kept)) return Forward(x, axes, shape, divisor);
        using var sum = Forward(x, axes, kept, divisor);
        return ReshapeKernel.Run(sum, shape);
    }

    /// <summary>The reverse of broadcasting: sums x over the axes along which <paramref name="shape"/> would be stretched.</summary>
    /// <exception cref="ShapeException"><paramref name="shape"/> does not broadcast to the shape of x.</exception>
    public static Tensor<T> To<T>(Tensor<T> x, Shape shape)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (Shape.Broadcast("SumTo", shape, x.Shape) != x.Shape)
            throw new ShapeException($"SumTo: {x.Shape} cannot be summed to {shape}, which is larger.");
        var stretched = default(AxisSet);
        int missing = x.Shape.Rank - shape.Rank;
        for (int axis = 0; axis < x.Shape.Rank; axis++)
        {
            if (axis < missing || shape[axis - missing] != x.Shape[axis]) stretched = stretched.With(axis);
        }

        var kept = stretched.Reduce(x.Shape, keepDims: true);
        if (kept == shape || StorageLayout.IsRowMajor(kept)) return Forward(x, stretched, shape, divisor: 1);
        using var sum = Forward(x, stretched, kept, divisor: 1);
        return ReshapeKernel.Run(sum, shape);
    }

    /// <summary>The gradient of a sum: dy / <paramref name="divisor"/>, broadcast along the axes to <paramref name="shape"/>.</summary>
    public static Tensor<T> Backward<T>(Tensor<T> dy, AxisSet axes, Shape shape, double divisor = 1)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        using var scaled = ReshapeKernel.Run(dy, axes.Reduce(shape, keepDims: true));
        if (divisor != 1) TensorPrimitives.Divide(scaled.Read(), T.CreateTruncating(divisor), scaled.Write());
        return ExpandKernel.Run(scaled, shape);
    }

    /// <summary>
    /// The sum as a tensor of the given shape. In storage, its elements must have the same order as those of x with all summed axes of
    /// length 1.
    /// </summary>
    private static Tensor<T> Forward<T>(Tensor<T> x, AxisSet axes, Shape shape, double divisor)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var (outer, length, inner, later) = Split(x.Shape, axes);
        if (!later.IsEmpty)
        {
            // Summed axes that are not adjacent in storage take one pass for each run of adjacent axes.
            var first = axes.Without(later);
            using var partial = Forward(x, first, first.Reduce(x.Shape, keepDims: true), divisor: 1);
            return Forward(partial, later, shape, divisor);
        }

        var y = new Tensor<T>(shape, x.Context, "Sum");
        if (inner == 1) SumRows(x, y, outer, length, divisor);
        else SumColumns(x, y, outer, length, inner, divisor);
        return y;
    }

    /// <summary>Splits the axes around the fastest run of adjacent summed axes; the other summed axes are left for later passes.</summary>
    private static (int Outer, int Length, int Inner, AxisSet Later) Split(Shape shape, AxisSet axes)
    {
        int outer = 1, length = 1, inner = 1;
        var later = default(AxisSet);
        var order = StorageLayout.StorageOrder(shape.Rank);
        for (int i = order.Length - 1; i >= 0; i--)
        {
            int axis = order[i];
            if (shape[axis] == 1) continue;
            bool reduced = axes.Contains(axis);
            if (reduced && outer == 1)
            {
                length *= shape[axis];
            }
            else if (!reduced && length == 1)
            {
                inner *= shape[axis];
            }
            else
            {
                outer *= shape[axis];
                if (reduced) later = later.With(axis);
            }
        }

        return (outer, length, inner, later);
    }

    private static void SumRows<T>(Tensor<T> x, Tensor<T> y, int rows, int length, double divisor)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        using var scratch = x.Context.Pool.RentScratch<double>(rows);
        var (source, sums) = (x.ReadMemory(), scratch.Memory);
        Summation.OfRows(x.Context, rows, length, (row, start, count) =>
            Summation.Sum<T, ElementTerm<T>>(x.Context.VectorWidth, new(source.Span.Slice((row * length) + start, count)), count), sums);
        var target = y.Write();
        for (int row = 0; row < rows; row++) target[row] = T.CreateTruncating(sums.Span[row] / divisor);
    }

    private static void SumColumns<T>(Tensor<T> x, Tensor<T> y, int outer, int length, int inner, double divisor)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        // Short rows are joined: a wide row consists of "fold" adjacent rows. The sums of the columns of wide rows are added at the end.
        int fold = Math.Clamp(Tuning.SumColumns / 4 / inner, 1, length), width = inner * fold, wideRows = length / fold;
        int parts = (wideRows + Tuning.SumRows - 1) / Tuning.SumRows, columnBlocks = (width + Tuning.SumColumns - 1) / Tuning.SumColumns;
        int elements = Math.Min(Tuning.SumRows, wideRows) * Math.Min(Tuning.SumColumns, width);
        using var partial = x.Context.Pool.RentScratch<T>(outer * parts * width);
        var (source, sums, target) = (x.ReadMemory(), partial.Memory, y.WriteMemory());
        x.Context.Workers.Run(outer * parts * columnBlocks, Tuning.RowsPerBlock(elements), (from, count) =>
        {
            for (int item = from; item < from + count; item++)
            {
                int column = item % columnBlocks * Tuning.SumColumns, columns = Math.Min(Tuning.SumColumns, width - column);
                int part = item / columnBlocks % parts, batch = item / columnBlocks / parts;
                int rows = Math.Min(Tuning.SumRows, wideRows - (part * Tuning.SumRows));
                var rest = source.Span.Slice(batch * length * inner, length * inner)[((part * Tuning.SumRows * width) + column)..];
                var sum = sums.Span.Slice((((batch * parts) + part) * width) + column, columns);
                SimdDispatch.Run<T, ColumnAction<T>>(x.Context.VectorWidth, new(rest, rows, width, sum));
                // The last rows, which do not fill a wide row.
                var leftOver = part == parts - 1 && fold > 1 ? rest[(rows * width)..] : [];
                TensorPrimitives.Add(sum[..leftOver.Length], leftOver, sum);
            }
        });

        x.Context.Workers.Run(outer * inner, Tuning.RowsPerBlock(parts * fold), (from, count) =>
        {
            for (int i = from; i < from + count; i++)
            {
                var batch = sums.Span.Slice(i / inner * parts * width, parts * width);
                double sum = 0;
                for (int j = i % inner; j < batch.Length; j += inner) sum += double.CreateTruncating(batch[j]);
                target.Span[i] = T.CreateTruncating(sum / divisor);
            }
        });
    }

    /// <summary>sum[c] = Σ over rows of x[row · stride + c].</summary>
    private readonly ref struct ColumnAction<T>(ReadOnlySpan<T> x, int rows, int stride, Span<T> sum) : ISimdAction<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        private readonly ReadOnlySpan<T> x = x;
        private readonly Span<T> sum = sum;
        private readonly int rows = rows, stride = stride;

        void ISimdAction<T>.Invoke<TSimd, TVector>()
        {
            int column = 0;
            for (; column + (4 * TSimd.Width) <= sum.Length; column += 4 * TSimd.Width) FourVectors<TSimd, TVector>(column);
            for (; column + TSimd.Width <= sum.Length; column += TSimd.Width) OneVector<TSimd, TVector>(column);
            for (; column < sum.Length; column++) OneVector<SimdScalar<T>, T>(column);
        }

        private void FourVectors<TSimd, TVector>(int column)
            where TSimd : struct, ISimd<TVector, T>
            where TVector : struct
        {
            ref readonly T source = ref x.GetPinnableReference();
            ref T target = ref sum.GetPinnableReference();
            TVector sum0 = TSimd.Broadcast(T.Zero), sum1 = sum0, sum2 = sum0, sum3 = sum0;
            nint at = column;
            for (int row = 0; row < rows; row++, at += stride)
            {
                sum0 = TSimd.Add(sum0, TSimd.Load(in source, at));
                sum1 = TSimd.Add(sum1, TSimd.Load(in source, at + TSimd.Width));
                sum2 = TSimd.Add(sum2, TSimd.Load(in source, at + (2 * TSimd.Width)));
                sum3 = TSimd.Add(sum3, TSimd.Load(in source, at + (3 * TSimd.Width)));
            }

            TSimd.Store(sum0, ref target, column);
            TSimd.Store(sum1, ref target, column + TSimd.Width);
            TSimd.Store(sum2, ref target, column + (2 * TSimd.Width));
            TSimd.Store(sum3, ref target, column + (3 * TSimd.Width));
        }

        private void OneVector<TSimd, TVector>(int column)
            where TSimd : struct, ISimd<TVector, T>
            where TVector : struct
        {
            ref readonly T source = ref x.GetPinnableReference();
            var total = TSimd.Broadcast(T.Zero);
            nint at = column;
            for (int row = 0; row < rows; row++, at += stride) total = TSimd.Add(total, TSimd.Load(in source, at));
            TSimd.Store(total, ref sum.GetPinnableReference(), column);
        }
    }
}

using System.Numerics;

namespace DeepSharp.Tensors;

/// <summary>The terms of a sum, as a function of the index of an element.</summary>
internal interface ITerm<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>The terms of the elements from <paramref name="index"/> onward, one per lane.</summary>
    TVector At<TSimd, TVector>(nint index)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct;
}

/// <summary>The terms of Σ x.</summary>
internal readonly ref struct ElementTerm<T>(ReadOnlySpan<T> x) : ITerm<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly ReadOnlySpan<T> x = x;

    public TVector At<TSimd, TVector>(nint index)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct => TSimd.Load(in x.GetPinnableReference(), index);
}

/// <summary>The terms of Σ (x − y)².</summary>
internal readonly ref struct SquaredDistanceTerm<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y) : ITerm<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly ReadOnlySpan<T> x = x, y = y;

    public TVector At<TSimd, TVector>(nint index)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
    {
        var difference = TSimd.Subtract(TSimd.Load(in x.GetPinnableReference(), index), TSimd.Load(in y.GetPinnableReference(), index));
        return TSimd.Multiply(difference, difference);
    }
}

/// <summary>The terms of Σ (x − mean)².</summary>
internal readonly ref struct SquaredDeviationTerm<T>(ReadOnlySpan<T> x, T mean) : ITerm<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly ReadOnlySpan<T> x = x;
    private readonly T mean = mean;

    public TVector At<TSimd, TVector>(nint index)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
    {
        var deviation = TSimd.Subtract(TSimd.Load(in x.GetPinnableReference(), index), TSimd.Broadcast(mean));
        return TSimd.Multiply(deviation, deviation);
    }
}

/// <summary>
/// Sums many terms in an order that depends only on the vector width: runs of 1,024 terms with vectors in T, then the sums of the runs in
/// double.
/// </summary>
/// <remarks>In float, the error is at most about (1024 / lanes) · ε · Σ|terms|, however long the sum is.</remarks>
internal static class Summation
{
    /// <summary>The sum of the terms 0 to <paramref name="length"/> − 1.</summary>
    public static double Sum<T, TTerm>(VectorWidth width, TTerm term, int length)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TTerm : struct, ITerm<T>, allows ref struct
    {
        double sum = 0;
        SimdDispatch.Run<T, Action<T, TTerm>>(width, new(term, length, ref sum));
        return sum;
    }

    /// <summary>The sums of <paramref name="rows"/> rows. Long rows are split into parts, which are added in order.</summary>
    /// <param name="context">Provides the workers and scratch memory.</param>
    /// <param name="rows">The number of rows.</param>
    /// <param name="length">The number of terms in each row.</param>
    /// <param name="sumOf">Sums a range of terms of a row; its arguments are the row, the first term and the number of terms.</param>
    /// <param name="sums">Receives the sum of each row.</param>
    public static void OfRows(ComputeContext context, int rows, int length, Func<int, int, int, double> sumOf, Memory<double> sums)
    {
        int parts = (length + Tuning.BlockElements - 1) / Tuning.BlockElements, partLength = Math.Min(length, Tuning.BlockElements);
        using var partial = context.Pool.RentScratch<double>(rows * parts);
        var partSums = partial.Memory;
        context.Workers.Run(rows * parts, Tuning.RowsPerBlock(partLength), (from, count) =>
        {
            for (int i = from; i < from + count; i++)
            {
                int start = i % parts * partLength;
                partSums.Span[i] = sumOf(i / parts, start, Math.Min(partLength, length - start));
            }
        });
        for (int row = 0; row < rows; row++)
        {
            double sum = 0;
            foreach (double part in partSums.Span.Slice(row * parts, parts)) sum += part;
            sums.Span[row] = sum;
        }
    }

    private readonly ref struct Action<T, TTerm>(TTerm term, int length, ref double sum) : ISimdAction<T>
        where T : unmanaged, IFloatingPointIeee754<T>
        where TTerm : struct, ITerm<T>, allows ref struct
    {
        private readonly TTerm term = term;
        private readonly int length = length;
        private readonly ref double sum = ref sum;

        void ISimdAction<T>.Invoke<TSimd, TVector>()
        {
            int whole = length - (length % TSimd.Width);
            double total = 0;
            for (int from = 0; from < whole; from += Tuning.SumRun)
                total += double.CreateTruncating(RunSum<TSimd, TVector>(from, Math.Min(from + Tuning.SumRun, whole)));
            if (whole < length) total += double.CreateTruncating(RunSum<SimdScalar<T>, T>(whole, length));
            sum = total;
        }

        // Four accumulators hide the latency of the additions and shorten the chains of rounding errors.
        private T RunSum<TSimd, TVector>(nint from, nint to)
            where TSimd : struct, ISimd<TVector, T>
            where TVector : struct
        {
            // A local copy, so that its fields stay in registers.
            var term = this.term;
            TVector sum0 = TSimd.Broadcast(T.Zero), sum1 = sum0, sum2 = sum0, sum3 = sum0;
            nint i = from;
            for (; i + (4 * TSimd.Width) <= to; i += 4 * TSimd.Width)
            {
                sum0 = TSimd.Add(sum0, term.At<TSimd, TVector>(i));
                sum1 = TSimd.Add(sum1, term.At<TSimd, TVector>(i + TSimd.Width));
                sum2 = TSimd.Add(sum2, term.At<TSimd, TVector>(i + (2 * TSimd.Width)));
                sum3 = TSimd.Add(sum3, term.At<TSimd, TVector>(i + (3 * TSimd.Width)));
            }

            for (; i < to; i += TSimd.Width) sum0 = TSimd.Add(sum0, term.At<TSimd, TVector>(i));
            return TSimd.Sum(TSimd.Add(TSimd.Add(sum0, sum1), TSimd.Add(sum2, sum3)));
        }
    }
}

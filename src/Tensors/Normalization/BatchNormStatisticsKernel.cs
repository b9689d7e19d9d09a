using System.Numerics;

namespace DeepSharp.Tensors;

/// <summary>
/// The mean and variance of each channel over a batch, in one pass, with the inverse standard deviation and the running statistics.
/// </summary>
/// <remarks>
/// Σx² − (Σx)²/n loses all accuracy where the mean is large relative to the standard deviation. Instead, each block of rows sums deviations
/// from its own first row. This amplifies the relative rounding error at most by about the number of rows in the block. The blocks are
/// merged in ascending order by the formula of Chan, Golub and LeVeque (1979): δ = m_b − m_a, m = m_a + δ·n_b/n,
/// M = M_a + M_b + δ²·n_a·n_b/n, where n = n_a + n_b and M is the sum of squared deviations from the mean.
/// </remarks>
internal static class BatchNormStatisticsKernel
{
    /// <summary>The mean, 1/√(variance + ε), and the variance Σ(x − mean)²/n of each channel, [C] each.</summary>
    /// <exception cref="ShapeException">
    /// x is neither [N,C] nor [N,C,H,W], or has only one value per channel, so that the variance would always be 0.
    /// </exception>
    public static (Tensor<T> Mean, Tensor<T> InverseDeviation, Tensor<T> Variance) Run<T>(Tensor<T> x, double epsilon)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        using var profile = x.Context.Profile("BatchNorm", "statistics");
        var rows = ChannelRows.Of(x);
        if (rows.Rows == 1)
        {
            throw new ShapeException(
                $"BatchNorm: training needs more than one value per channel, input {x.Shape} has one; use a larger batch.");
        }

        int channels = rows.Channels;
        var (source, width) = (x.ReadMemory(), x.Context.VectorWidth);
        // [blocks][2][channels]: means, then sums of squared deviations.
        using var partial = x.Context.Pool.RentScratch<T>(rows.Blocks * 2 * channels);
        var parts = partial.Memory;
        x.Context.Workers.Run(rows.Blocks, 1, (block, _) => SimdDispatch.Run<T, BlockAction<T>>(
            width, new(source.Span[rows.ElementsOf(block)], parts.Span.Slice(block * 2 * channels, 2 * channels), channels)));

        Tensor<T> mean = new([channels], x.Context, "BatchNorm mean"), variance = new([channels], x.Context, "BatchNorm variance");
        SimdLoop.Run<T, Merge<T>>(width, channels, new(partial.Span, rows, mean.Write(), variance.Write()));
        return (mean, InverseDeviation(variance, epsilon), variance);
    }

    /// <summary>1/√(variance + ε), element by element.</summary>
    public static Tensor<T> InverseDeviation<T>(Tensor<T> variance, double epsilon)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var inverse = new Tensor<T>(variance.Shape, variance.Context, "BatchNorm inverse standard deviation");
        var source = variance.Read();
        var target = inverse.Write();
        for (int c = 0; c < target.Length; c++) target[c] = T.One / T.Sqrt(source[c] + T.CreateTruncating(epsilon));
        return inverse;
    }

    /// <summary>
    /// running ← (1 − momentum)·running + momentum·statistic. The running variance uses the unbiased Σ(x − mean)²/(n − 1), as in PyTorch.
    /// </summary>
    /// <param name="runningMean">The running mean, updated in place.</param>
    /// <param name="runningVariance">The running variance, updated in place.</param>
    /// <param name="mean">The mean of the batch.</param>
    /// <param name="variance">The variance of the batch, Σ(x − mean)²/n.</param>
    /// <param name="count">n, the number of values per channel; at least 2.</param>
    /// <param name="momentum">The weight of the batch statistics.</param>
    /// <exception cref="ShapeException">The running and the batch statistics differ in shape.</exception>
    public static void UpdateRunning<T>(
        Tensor<T> runningMean, Tensor<T> runningVariance, Tensor<T> mean, Tensor<T> variance, int count, double momentum)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Blend(runningMean, mean, momentum, 1);
        Blend(runningVariance, variance, momentum, count / (count - 1.0));
    }

    private static void Blend<T>(Tensor<T> running, Tensor<T> statistic, double momentum, double scale)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (running.Shape != statistic.Shape)
        {
            throw new ShapeException(
                $"BatchNorm: running statistics {running.Shape} and batch statistics {statistic.Shape} must have the same shape.");
        }

        T keep = T.CreateTruncating(1 - momentum), take = T.CreateTruncating(momentum * scale);
        var target = running.Write();
        var source = statistic.Read();
        for (int c = 0; c < target.Length; c++) target[c] = (keep * target[c]) + (take * source[c]);
    }

    private readonly ref struct BlockAction<T>(ReadOnlySpan<T> x, Span<T> partial, int channels) :
        ISimdAction<T>, IChannelLoop<T>, ISimdLoop<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        private readonly ReadOnlySpan<T> x = x;
        private readonly Span<T> partial = partial;

        void ISimdAction<T>.Invoke<TSimd, TVector>()
        {
            partial.Clear();
            ChannelRows.Run<BlockAction<T>, TSimd, TVector, T>(this, channels, x.Length);
            SimdLoop.Run<BlockAction<T>, TSimd, TVector, T>(this, channels);
        }

        // Adds a few rows to Σ(x − x₀) and Σ(x − x₀)², where x₀ is the first row of the block.
        void IChannelLoop<T>.Rows<TSimd, TVector>(nint fromChannel, nint toChannel, nint from, nint to)
        {
            ref readonly T source = ref x.GetPinnableReference();
            ref T sums = ref partial.GetPinnableReference();
            nint stride = channels;
            for (nint c = fromChannel; c < toChannel; c += TSimd.Width)
            {
                var origin = TSimd.Load(in source, c);
                var sum = TSimd.Load(in sums, c);
                var squares = TSimd.Load(in sums, stride + c);
                for (nint i = from + c; i < to; i += stride)
                {
                    var deviation = TSimd.Subtract(TSimd.Load(in source, i), origin);
                    sum = TSimd.Add(sum, deviation);
                    squares = TSimd.MultiplyAdd(deviation, deviation, squares);
                }

                TSimd.Store(sum, ref sums, c);
                TSimd.Store(squares, ref sums, stride + c);
            }
        }

        // Converts the sums to the mean and M of the block.
        void ISimdLoop<T>.Run<TSimd, TVector>(nint fromChannel, nint toChannel)
        {
            ref readonly T source = ref x.GetPinnableReference();
            ref T sums = ref partial.GetPinnableReference();
            nint stride = channels;
            var inverseCount = TSimd.Broadcast(T.One / T.CreateTruncating(x.Length / channels));
            var zero = TSimd.Broadcast(T.Zero);
            for (nint c = fromChannel; c < toChannel; c += TSimd.Width)
            {
                var sum = TSimd.Load(in sums, c);
                var shift = TSimd.Multiply(sum, inverseCount);
                TSimd.Store(TSimd.Add(TSimd.Load(in source, c), shift), ref sums, c);
                // M is clamped to 0, because rounding or underflow could make it negative.
                var squares = TSimd.Subtract(TSimd.Load(in sums, stride + c), TSimd.Multiply(sum, shift));
                TSimd.Store(TSimd.Max(squares, zero), ref sums, stride + c);
            }
        }
    }

    private readonly ref struct Merge<T>(ReadOnlySpan<T> partial, ChannelRows rows, Span<T> mean, Span<T> variance) : ISimdLoop<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        private readonly ReadOnlySpan<T> partial = partial;
        private readonly Span<T> mean = mean, variance = variance;

        void ISimdLoop<T>.Run<TSimd, TVector>(nint fromChannel, nint toChannel)
        {
            ref readonly T parts = ref partial.GetPinnableReference();
            ref T means = ref mean.GetPinnableReference();
            ref T variances = ref variance.GetPinnableReference();
            nint stride = rows.Channels;
            var inverseCount = TSimd.Broadcast(T.One / T.CreateTruncating(rows.Rows));
            for (nint c = fromChannel; c < toChannel; c += TSimd.Width)
            {
                var m = TSimd.Load(in parts, c);
                var squares = TSimd.Load(in parts, stride + c);
                double before = rows.RowsOf(0);
                for (int block = 1; block < rows.Blocks; block++)
                {
                    nint part = (2 * block * stride) + c;
                    double added = rows.RowsOf(block), weight = added / (before + added);
                    var difference = TSimd.Subtract(TSimd.Load(in parts, part), m);
                    m = TSimd.MultiplyAdd(difference, TSimd.Broadcast(T.CreateTruncating(weight)), m);
                    var between = TSimd.Multiply(
                        TSimd.Multiply(difference, difference), TSimd.Broadcast(T.CreateTruncating(before * weight)));
                    squares = TSimd.Add(squares, TSimd.Add(TSimd.Load(in parts, part + stride), between));
                    before += added;
                }

                TSimd.Store(m, ref means, c);
                TSimd.Store(TSimd.Multiply(squares, inverseCount), ref variances, c);
            }
        }
    }
}

using System.Numerics;
using System.Numerics.Tensors;

namespace DeepSharp.Tensors;

/// <summary>
/// Local response normalization across channels (Krizhevsky et al. 2012, section 3.3): y_c = x_c·s_c^−β, where s_c = k + α·Σx_j² over a
/// window of channels.
/// </summary>
/// <remarks>
/// The window of channel c spans c − ⌊size/2⌋ to c + ⌊(size − 1)/2⌋, as in PyTorch, truncated at the first and last channel. Here α is the
/// factor of the sum; in PyTorch, Caffe and ONNX, alpha is size times this factor. The gradient is
/// dx_c = dy_c·s_c^−β − 2αβ·x_c·Σ dy_j·x_j·s_j^(−β−1), where the sum runs over all j whose windows contain c. Backward recomputes s,
/// because that is cheaper than storing it.
/// </remarks>
internal static class LocalResponseNormKernel
{
    private const string Operation = "LocalResponseNorm";

    /// <summary>Normalizes x [N,C,H,W].</summary>
    /// <exception cref="ShapeException">x is not of rank 4.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The size is below 1.</exception>
    public static Tensor<T> Forward<T>(Tensor<T> x, int size, double alpha, double beta, double k)
        where T : unmanaged, IFloatingPointIeee754<T> => Run(x, null, size, alpha, beta, k);

    /// <summary>The gradient with respect to x.</summary>
    /// <exception cref="ShapeException">x is not of rank 4, or dy has a different shape.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The size is below 1.</exception>
    public static Tensor<T> Backward<T>(Tensor<T> x, Tensor<T> dy, int size, double alpha, double beta, double k)
        where T : unmanaged, IFloatingPointIeee754<T> => Run(x, dy, size, alpha, beta, k);

    private static Tensor<T> Run<T>(Tensor<T> x, Tensor<T>? dy, int size, double alpha, double beta, double k)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (x.Shape.Rank != 4) throw new ShapeException($"{Operation}: the input must be [N, C, H, W], found {x.Shape}.");
        if (size < 1)
            throw new ArgumentOutOfRangeException(nameof(size), $"{Operation}: the window must have at least 1 channel, found {size}.");
        if (dy is not null && dy.Shape != x.Shape)
            throw new ShapeException($"{Operation} backward: input {x.Shape} and gradient {dy.Shape} must have the same shape.");
        int channels = x.Shape[1];
        var window = new Window(channels, Math.Min(size / 2, channels - 1), Math.Min((size - 1) / 2, channels - 1), alpha, beta, k);
        var result = new Tensor<T>(x.Shape, x.Context, dy is null ? Operation : $"{Operation} backward");
        var (source, upstream, target) = (x.ReadMemory(), dy?.ReadMemory() ?? default, result.WriteMemory());
        x.Context.Workers.Run(x.ElementCount / channels, Tuning.RowsPerBlock(channels), (pixel, count) =>
        {
            int from = pixel * channels, length = count * channels;
            var gradient = upstream.IsEmpty ? default : upstream.Span.Slice(from, length);
            using var scratch = x.Context.Pool.RentScratch<T>(window.ScratchLength);
            SimdDispatch.Run<T, Action<T>>(x.Context.VectorWidth, new(
                source.Span.Slice(from, length), gradient, target.Span.Slice(from, length), window, scratch.Span));
        });
        return result;
    }

    /// <summary>
    /// The window of channel c spans the channels c − <see cref="Before"/> to c + <see cref="After"/>. Both are less than the number of
    /// channels.
    /// </summary>
    private readonly record struct Window(int Channels, int Before, int After, double Alpha, double Beta, double K)
    {
        // Before ≥ After, so Before zeros on each side suffice for the mirrored windows of backward, too.
        public int PaddedLength => Channels + (2 * Before);

        public int ScratchLength => PaddedLength + (2 * Channels);
    }

    // Processes one pixel at a time; lanes are channels. The scratch memory contains the terms of the sums (x², in backward then
    // dy·x·s^(−β−1)) with zeros on both sides, then s, then s^−β. It stays in the first-level cache.
    private readonly ref struct Action<T>(
        ReadOnlySpan<T> x, ReadOnlySpan<T> dy, Span<T> result, Window window, Span<T> scratch) : ISimdAction<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        private readonly ReadOnlySpan<T> x = x, dy = dy;
        private readonly Span<T> result = result;
        private readonly Span<T> terms = scratch[..window.PaddedLength];
        private readonly Span<T> scale = scratch.Slice(window.PaddedLength, window.Channels);
        private readonly Span<T> power = scratch.Slice(window.PaddedLength + window.Channels, window.Channels);

        void ISimdAction<T>.Invoke<TSimd, TVector>()
        {
            terms.Clear();
            int channels = window.Channels, whole = channels - (channels % TSimd.Width);
            var inner = terms.Slice(window.Before, channels);
            for (int pixel = 0; pixel < x.Length; pixel += channels)
            {
                var input = x.Slice(pixel, channels);
                TensorPrimitives.Multiply(input, input, inner);
                Scale<TSimd, TVector>(0, whole);
                Scale<SimdScalar<T>, T>(whole, channels);
                // For the usual β = 3/4, Scale has already computed the power with two square roots.
                if (window.Beta != 0.75) TensorPrimitives.Pow(scale, T.CreateTruncating(-window.Beta), power);
                if (dy.IsEmpty)
                {
                    TensorPrimitives.Multiply(input, power, result.Slice(pixel, channels));
                    continue;
                }

                Terms<TSimd, TVector>(0, whole, pixel);
                Terms<SimdScalar<T>, T>(whole, channels, pixel);
                Gradient<TSimd, TVector>(0, whole, pixel);
                Gradient<SimdScalar<T>, T>(whole, channels, pixel);
            }
        }

        // s = k + α·Σx², and s^−β if β = 3/4.
        private void Scale<TSimd, TVector>(nint from, nint to)
            where TSimd : struct, ISimd<TVector, T>
            where TVector : struct
        {
            ref readonly T squares = ref terms.GetPinnableReference();
            ref T scales = ref scale.GetPinnableReference();
            ref T powers = ref power.GetPinnableReference();
            bool threeQuarters = window.Beta == 0.75;
            nint taps = window.Before + window.After;
            TVector one = TSimd.Broadcast(T.One), alpha = TSimd.Broadcast(T.CreateTruncating(window.Alpha));
            TVector k = TSimd.Broadcast(T.CreateTruncating(window.K));
            for (nint c = from; c < to; c += TSimd.Width)
            {
                var sum = TSimd.Load(in squares, c);
                for (nint tap = 1; tap <= taps; tap++) sum = TSimd.Add(sum, TSimd.Load(in squares, c + tap));
                var s = TSimd.MultiplyAdd(alpha, sum, k);
                TSimd.Store(s, ref scales, c);
                if (!threeQuarters) continue;
                var root = TSimd.Sqrt(s);
                TSimd.Store(TSimd.Divide(one, TSimd.Multiply(root, TSimd.Sqrt(root))), ref powers, c);
            }
        }

        // dy·x·s^(−β−1); overwrites the squares.
        private void Terms<TSimd, TVector>(nint from, nint to, nint pixel)
            where TSimd : struct, ISimd<TVector, T>
            where TVector : struct
        {
            ref readonly T input = ref x.GetPinnableReference();
            ref readonly T upstream = ref dy.GetPinnableReference();
            ref readonly T scales = ref scale.GetPinnableReference();
            ref readonly T powers = ref power.GetPinnableReference();
            ref T target = ref terms.GetPinnableReference();
            for (nint c = from; c < to; c += TSimd.Width)
            {
                var product = TSimd.Multiply(TSimd.Load(in upstream, pixel + c), TSimd.Load(in input, pixel + c));
                var ratio = TSimd.Divide(TSimd.Load(in powers, c), TSimd.Load(in scales, c));
                TSimd.Store(TSimd.Multiply(product, ratio), ref target, window.Before + c);
            }
        }

        private void Gradient<TSimd, TVector>(nint from, nint to, nint pixel)
            where TSimd : struct, ISimd<TVector, T>
            where TVector : struct
        {
            ref readonly T input = ref x.GetPinnableReference();
            ref readonly T upstream = ref dy.GetPinnableReference();
            ref readonly T powers = ref power.GetPinnableReference();
            ref readonly T summands = ref terms.GetPinnableReference();
            ref T target = ref result.GetPinnableReference();
            // The windows that contain channel c are those of the channels c − After to c + Before.
            nint first = window.Before - window.After, taps = window.Before + window.After;
            var factor = TSimd.Broadcast(T.CreateTruncating(-2 * window.Alpha * window.Beta));
            for (nint c = from; c < to; c += TSimd.Width)
            {
                var sum = TSimd.Load(in summands, first + c);
                for (nint tap = 1; tap <= taps; tap++) sum = TSimd.Add(sum, TSimd.Load(in summands, first + c + tap));
                var indirect = TSimd.Multiply(TSimd.Multiply(factor, TSimd.Load(in input, pixel + c)), sum);
                var gradient = TSimd.MultiplyAdd(TSimd.Load(in upstream, pixel + c), TSimd.Load(in powers, c), indirect);
                TSimd.Store(gradient, ref target, pixel + c);
            }
        }
    }
}

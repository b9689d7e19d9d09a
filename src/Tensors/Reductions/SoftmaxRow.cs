using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;

namespace DeepSharp.Tensors;

/// <summary>
/// The common part of softmax, its logarithm and cross-entropy: y = exp(x − m) of one row and its sum, where m is the largest element.
/// </summary>
internal static class SoftmaxRow
{
    /// <summary>Fills <paramref name="y"/> with exp(x − m).</summary>
    /// <returns>The largest element of x, and the sum of y.</returns>
    public static (T Max, T Sum) Exp<T>(VectorWidth width, ReadOnlySpan<T> x, Span<T> y)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        T max = TensorPrimitives.Max(x), sum = T.Zero;
        SimdDispatch.Run<T, Action<T>>(width, new(x, y, max, ref sum));
        return (max, sum);
    }

    private readonly ref struct Action<T>(ReadOnlySpan<T> x, Span<T> y, T max, ref T sum) : ISimdAction<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        private readonly ReadOnlySpan<T> x = x;
        private readonly Span<T> y = y;
        private readonly ref T sum = ref sum;

        void ISimdAction<T>.Invoke<TSimd, TVector>()
        {
            int whole = x.Length - (x.Length % TSimd.Width);
            sum = Run<TSimd, TVector>(0, whole) + Run<SimdScalar<T>, T>(whole, x.Length);
        }

        private T Run<TSimd, TVector>(nint from, nint to)
            where TSimd : struct, ISimd<TVector, T>
            where TVector : struct
        {
            ref readonly T source = ref x.GetPinnableReference();
            ref T target = ref y.GetPinnableReference();
            var constants = ExpConstants<T>.Instance;
            TVector shift = TSimd.Broadcast(max), total = TSimd.Broadcast(T.Zero);
            for (nint i = from; i < to; i += TSimd.Width)
            {
                var value = VectorMath.Exp<TSimd, TVector, T>(TSimd.Subtract(TSimd.Load(in source, i), shift), constants);
                TSimd.Store(value, ref target, i);
                total = TSimd.Add(total, value);
                // Prefetch the next row while this one is computed.
                CacheHint.Prefetch(in Unsafe.Add(ref Unsafe.AsRef(in source), i + x.Length));
            }

            return TSimd.Sum(total);
        }
    }
}

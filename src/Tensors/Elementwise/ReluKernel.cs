using System.Numerics;

namespace DeepSharp.Tensors;

/// <summary>The rectifier: y = max(x, 0), and dx = dy where y &gt; 0, else 0.</summary>
internal static class ReluKernel
{
    /// <summary>y = max(x, 0); NaN stays NaN.</summary>
    public static Tensor<T> Forward<T>(Tensor<T> x)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var y = new Tensor<T>(x.Shape, x.Context, "Relu");
        var (source, target) = (x.ReadMemory(), y.WriteMemory());
        Blocks.Run(x.Context, x.ElementCount, (from, count) =>
            SimdDispatch.Run<T, ForwardAction<T>>(x.Context.VectorWidth, new(source.Span.Slice(from, count), target.Span.Slice(from, count))));
        return y;
    }

    /// <summary>dx = dy where y &gt; 0, else 0, from the output <paramref name="y"/>.</summary>
    public static Tensor<T> Backward<T>(Tensor<T> y, Tensor<T> dy)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var dx = new Tensor<T>(y.Shape, y.Context, "Relu backward");
        var (output, upstream, target) = (y.ReadMemory(), dy.ReadMemory(), dx.WriteMemory());
        Blocks.Run(y.Context, y.ElementCount, (from, count) => SimdDispatch.Run<T, BackwardAction<T>>(
            y.Context.VectorWidth, new(output.Span.Slice(from, count), upstream.Span.Slice(from, count), target.Span.Slice(from, count))));
        return dx;
    }

    private readonly ref struct ForwardAction<T>(ReadOnlySpan<T> x, Span<T> y) : ISimdAction<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        private readonly ReadOnlySpan<T> x = x;
        private readonly Span<T> y = y;

        public void Invoke<TSimd, TVector>()
            where TSimd : struct, ISimd<TVector, T>
            where TVector : struct
        {
            // Whole vectors, then the remainder through the same loop at width 1.
            int whole = x.Length - (x.Length % TSimd.Width);
            Loop<TSimd, TVector>(0, whole);
            Loop<SimdScalar<T>, T>(whole, x.Length);
        }

        private void Loop<TSimd, TVector>(int from, int to)
            where TSimd : struct, ISimd<TVector, T>
            where TVector : struct
        {
            ref readonly T source = ref x.GetPinnableReference();
            ref T target = ref y.GetPinnableReference();
            var zero = TSimd.Broadcast(T.Zero);
            for (nint i = from; i < to; i += TSimd.Width) TSimd.Store(TSimd.Max(TSimd.Load(in source, i), zero), ref target, i);
        }
    }

    private readonly ref struct BackwardAction<T>(ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx) : ISimdAction<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        private readonly ReadOnlySpan<T> y = y, dy = dy;
        private readonly Span<T> dx = dx;

        public void Invoke<TSimd, TVector>()
            where TSimd : struct, ISimd<TVector, T>
            where TVector : struct
        {
            int whole = y.Length - (y.Length % TSimd.Width);
            Loop<TSimd, TVector>(0, whole);
            Loop<SimdScalar<T>, T>(whole, y.Length);
        }

        private void Loop<TSimd, TVector>(int from, int to)
            where TSimd : struct, ISimd<TVector, T>
            where TVector : struct
        {
            ref readonly T output = ref y.GetPinnableReference();
            ref readonly T upstream = ref dy.GetPinnableReference();
            ref T target = ref dx.GetPinnableReference();
            var zero = TSimd.Broadcast(T.Zero);
            for (nint i = from; i < to; i += TSimd.Width)
            {
                var positive = TSimd.GreaterThan(TSimd.Load(in output, i), zero);
                TSimd.Store(TSimd.Select(positive, TSimd.Load(in upstream, i), zero), ref target, i);
            }
        }
    }
}

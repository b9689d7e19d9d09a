using System.Numerics;

namespace DeepSharp.Tensors;

/// <summary>A unary function that is written for the lanes of a vector.</summary>
internal interface ILaneFunction<T, TSelf> : IUnaryFunction<T>
    where T : unmanaged, IFloatingPointIeee754<T>
    where TSelf : struct, ILaneFunction<T, TSelf>
{
    /// <summary>y = f(x), lane by lane.</summary>
    TVector Forward<TSimd, TVector>(TVector x)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct;

    void IUnaryFunction<T>.Forward(VectorWidth width, ReadOnlySpan<T> x, Span<T> y) => SimdDispatch.Run<T, LaneFunctionAction<T, TSelf>>(width, new((TSelf)this, x, y));
}

/// <summary>A unary function whose gradient is written for the lanes of a vector.</summary>
internal interface ILaneGradient<T, TSelf> : IUnaryFunction<T>
    where T : unmanaged, IFloatingPointIeee754<T>
    where TSelf : struct, ILaneGradient<T, TSelf>
{
    /// <summary>dx = dy · f′, lane by lane, from the x or y that <see cref="IUnaryFunction{T}.Reads"/> asks for.</summary>
    TVector Backward<TSimd, TVector>(TVector saved, TVector dy)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct;

    void IUnaryFunction<T>.Backward(VectorWidth width, ReadOnlySpan<T> saved, ReadOnlySpan<T> dy, Span<T> dx) =>
        SimdDispatch.Run<T, LaneGradientAction<T, TSelf>>(width, new((TSelf)this, saved, dy, dx));
}

// Both run whole vectors, then the remainder through the same loop at width 1.
internal readonly ref struct LaneFunctionAction<T, TFunction>(TFunction function, ReadOnlySpan<T> x, Span<T> y) : ISimdAction<T>
    where T : unmanaged, IFloatingPointIeee754<T>
    where TFunction : struct, ILaneFunction<T, TFunction>
{
    private readonly ReadOnlySpan<T> x = x;
    private readonly Span<T> y = y;
    private readonly TFunction function = function;

    public void Invoke<TSimd, TVector>()
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
    {
        int whole = x.Length - (x.Length % TSimd.Width);
        Loop<TSimd, TVector>(0, whole);
        Loop<SimdScalar<T>, T>(whole, x.Length);
    }

    private void Loop<TSimd, TVector>(nint from, nint to)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
    {
        ref readonly T source = ref x.GetPinnableReference();
        ref T target = ref y.GetPinnableReference();
        for (nint i = from; i < to; i += TSimd.Width) TSimd.Store(function.Forward<TSimd, TVector>(TSimd.Load(in source, i)), ref target, i);
    }
}

internal readonly ref struct LaneGradientAction<T, TFunction>(TFunction function, ReadOnlySpan<T> saved, ReadOnlySpan<T> dy, Span<T> dx) : ISimdAction<T>
    where T : unmanaged, IFloatingPointIeee754<T>
    where TFunction : struct, ILaneGradient<T, TFunction>
{
    private readonly ReadOnlySpan<T> saved = saved, dy = dy;
    private readonly Span<T> dx = dx;
    private readonly TFunction function = function;

    public void Invoke<TSimd, TVector>()
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
    {
        int whole = dy.Length - (dy.Length % TSimd.Width);
        Loop<TSimd, TVector>(0, whole);
        Loop<SimdScalar<T>, T>(whole, dy.Length);
    }

    private void Loop<TSimd, TVector>(nint from, nint to)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
    {
        ref readonly T source = ref saved.GetPinnableReference();
        ref readonly T upstream = ref dy.GetPinnableReference();
        ref T target = ref dx.GetPinnableReference();
        for (nint i = from; i < to; i += TSimd.Width)
            TSimd.Store(function.Backward<TSimd, TVector>(TSimd.Load(in source, i), TSimd.Load(in upstream, i)), ref target, i);
    }
}

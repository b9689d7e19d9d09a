using System.Numerics;

namespace DeepSharp.Tensors;

/// <summary>A unary function whose gradient is computed lane by lane.</summary>
internal interface ILaneGradient<T, TSelf> : IUnaryFunction<T>
    where T : unmanaged, IFloatingPointIeee754<T>
    where TSelf : struct, ILaneGradient<T, TSelf>
{
    /// <summary>dx = dy · f′(x), lane by lane, where <c>saved</c> is the x or y that <see cref="IUnaryFunction{T}.Reads"/> names.</summary>
    TVector Backward<TSimd, TVector>(TVector saved, TVector dy)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct;

    void IUnaryFunction<T>.Backward(VectorWidth width, ReadOnlySpan<T> saved, ReadOnlySpan<T> dy, Span<T> dx) =>
        LaneGradient.Run(width, (TSelf)this, saved, dy, dx);
}

/// <summary>Runs an <see cref="ILaneGradient{T, TSelf}"/> over spans.</summary>
internal static class LaneGradient
{
    /// <summary>dx[i] = the gradient of the function, computed from saved[i] and dy[i].</summary>
    public static void Run<T, TFunction>(VectorWidth width, TFunction function, ReadOnlySpan<T> saved, ReadOnlySpan<T> dy, Span<T> dx)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TFunction : struct, ILaneGradient<T, TFunction> =>
        SimdLoop.Run<T, Loop<T, TFunction>>(width, dy.Length, new(function, saved, dy, dx));

    private readonly ref struct Loop<T, TFunction>(TFunction function, ReadOnlySpan<T> saved, ReadOnlySpan<T> dy, Span<T> dx) : ISimdLoop<T>
        where T : unmanaged, IFloatingPointIeee754<T>
        where TFunction : struct, ILaneGradient<T, TFunction>
    {
        private readonly ReadOnlySpan<T> saved = saved, dy = dy;
        private readonly Span<T> dx = dx;
        private readonly TFunction function = function;

        void ISimdLoop<T>.Run<TSimd, TVector>(nint from, nint to)
        {
            ref readonly T source = ref saved.GetPinnableReference();
            ref readonly T upstream = ref dy.GetPinnableReference();
            ref T target = ref dx.GetPinnableReference();
            for (nint i = from; i < to; i += TSimd.Width)
                TSimd.Store(function.Backward<TSimd, TVector>(TSimd.Load(in source, i), TSimd.Load(in upstream, i)), ref target, i);
        }
    }
}

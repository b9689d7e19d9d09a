using System.Numerics;

namespace DeepSharp.Tensors;

/// <summary>dx = dy · sign(x), from x; 0 at 0, as in PyTorch.</summary>
internal readonly struct AbsGradient<T> : IBinaryOperator<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public TVector Invoke<TSimd, TVector>(TVector x, TVector dy)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
    {
        var zero = TSimd.Broadcast(T.Zero);
        var negative = TSimd.Select(TSimd.GreaterThan(zero, x), TSimd.Subtract(zero, dy), zero);
        return TSimd.Select(TSimd.GreaterThan(x, zero), dy, negative);
    }
}

/// <summary>dx = dy / 2y, from y = √x.</summary>
internal readonly struct SqrtGradient<T> : IBinaryOperator<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public TVector Invoke<TSimd, TVector>(TVector y, TVector dy)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct => TSimd.Divide(dy, TSimd.Add(y, y));
}

/// <summary>dx = dy · (1 − y²), from y = tanh(x).</summary>
internal readonly struct TanhGradient<T> : IBinaryOperator<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public TVector Invoke<TSimd, TVector>(TVector y, TVector dy)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct => TSimd.Multiply(dy, TSimd.Subtract(TSimd.Broadcast(T.One), TSimd.Multiply(y, y)));
}

/// <summary>dx = dy · y · (1 − y), from the sigmoid y of x.</summary>
internal readonly struct SigmoidGradient<T> : IBinaryOperator<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public TVector Invoke<TSimd, TVector>(TVector y, TVector dy)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct => TSimd.Multiply(dy, TSimd.Multiply(y, TSimd.Subtract(TSimd.Broadcast(T.One), y)));
}

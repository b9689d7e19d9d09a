using System.Numerics;

namespace DeepSharp.Tensors;

/// <summary>a + b.</summary>
internal readonly struct AddOperator<T> : IBinaryOperator<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public TVector Invoke<TSimd, TVector>(TVector a, TVector b)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct => TSimd.Add(a, b);
}

/// <summary>a − b.</summary>
internal readonly struct SubtractOperator<T> : IBinaryOperator<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public TVector Invoke<TSimd, TVector>(TVector a, TVector b)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct => TSimd.Subtract(a, b);
}

/// <summary>a · b.</summary>
internal readonly struct MultiplyOperator<T> : IBinaryOperator<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public TVector Invoke<TSimd, TVector>(TVector a, TVector b)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct => TSimd.Multiply(a, b);
}

/// <summary>a / b.</summary>
internal readonly struct DivideOperator<T> : IBinaryOperator<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public TVector Invoke<TSimd, TVector>(TVector a, TVector b)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct => TSimd.Divide(a, b);
}

/// <summary>The larger of a and b; NaN where either is NaN.</summary>
internal readonly struct MaximumOperator<T> : IBinaryOperator<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public TVector Invoke<TSimd, TVector>(TVector a, TVector b)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct => TSimd.Max(a, b);
}

/// <summary>The smaller of a and b; NaN where either is NaN.</summary>
internal readonly struct MinimumOperator<T> : IBinaryOperator<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public TVector Invoke<TSimd, TVector>(TVector a, TVector b)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct => TSimd.Min(a, b);
}

/// <summary>1 where a &gt; b, 0 where a &lt; b, else ½: the share of the gradient of max(a, b) that a gets.</summary>
internal readonly struct GreaterOperator<T> : IBinaryOperator<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public TVector Invoke<TSimd, TVector>(TVector a, TVector b)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
    {
        var half = TSimd.Broadcast(T.CreateTruncating(0.5));
        return TSimd.Select(
            TSimd.GreaterThan(a, b), TSimd.Broadcast(T.One), TSimd.Select(TSimd.GreaterThan(b, a), TSimd.Broadcast(T.Zero), half));
    }
}

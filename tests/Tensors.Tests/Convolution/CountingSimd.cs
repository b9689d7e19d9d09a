using System.Numerics;

namespace DeepSharp.Tensors.Tests.Convolution;

/// <summary>Counts the multiplications and divisions that kernels execute.</summary>
internal static class Multiplications
{
    [ThreadStatic]
    internal static long Count;

    /// <summary>Runs an action and returns the number of multiplications and divisions that it executes.</summary>
    /// <param name="work">The action. Its context must have one worker and the width <see cref="VectorWidth.Scalar"/>.</param>
    public static long Of(Action work)
    {
        Count = 0;
        SimdDispatch.Scalar = new Source();
        try
        {
            work();
        }
        finally
        {
            SimdDispatch.Scalar = null;
        }

        return Count;
    }

    private sealed class Source : ISimdSource
    {
        public void Run<T, TAction>(TAction action)
            where T : unmanaged, IFloatingPointIeee754<T>
            where TAction : ISimdAction<T>, allows ref struct => action.Invoke<CountingSimd<T>, T>();
    }
}

/// <summary>One-element vectors that count multiplications and divisions and otherwise behave like <see cref="SimdScalar{T}"/>.</summary>
internal readonly struct CountingSimd<T> : ISimd<T, T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public static int Width => 1;

    public static T Multiply(T a, T b)
    {
        Multiplications.Count++;
        return SimdScalar<T>.Multiply(a, b);
    }

    public static T MultiplyAdd(T a, T b, T c)
    {
        Multiplications.Count++;
        return SimdScalar<T>.MultiplyAdd(a, b, c);
    }

    public static T Divide(T a, T b)
    {
        Multiplications.Count++;
        return SimdScalar<T>.Divide(a, b);
    }

    public static T Load(ref readonly T source, nint index) => SimdScalar<T>.Load(in source, index);

    public static void Store(T value, ref T target, nint index) => SimdScalar<T>.Store(value, ref target, index);

    public static T LoadBytes(ref readonly byte source, nint index) => SimdScalar<T>.LoadBytes(in source, index);

    public static void StoreBytes(T value, ref byte target, nint index) => SimdScalar<T>.StoreBytes(value, ref target, index);

    public static T Broadcast(T value) => SimdScalar<T>.Broadcast(value);

    public static T Add(T a, T b) => SimdScalar<T>.Add(a, b);

    public static T Subtract(T a, T b) => SimdScalar<T>.Subtract(a, b);

    public static T Max(T a, T b) => SimdScalar<T>.Max(a, b);

    public static T Min(T a, T b) => SimdScalar<T>.Min(a, b);

    public static T GreaterThan(T a, T b) => SimdScalar<T>.GreaterThan(a, b);

    public static T EqualTo(T a, T b) => SimdScalar<T>.EqualTo(a, b);

    public static T Select(T mask, T ifTrue, T ifFalse) => SimdScalar<T>.Select(mask, ifTrue, ifFalse);

    public static T Sqrt(T a) => SimdScalar<T>.Sqrt(a);

    public static T AddToExponent(T value, T power) => SimdScalar<T>.AddToExponent(value, power);

    public static T Sum(T a) => SimdScalar<T>.Sum(a);
}

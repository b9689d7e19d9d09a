using System.Numerics;

namespace DeepSharp.Tensors;

/// <summary>
/// The vector operations of kernels. Each kernel is written once for all widths and both element types, with the vector type as a type
/// parameter. The JIT compiler specializes the kernel for each vector type, so one process can run (and test) every width.
/// </summary>
/// <typeparam name="TVector">
/// The vector type, for instance <c>Vector256&lt;float&gt;</c>; for a single lane <typeparamref name="T"/> itself.
/// </typeparam>
/// <typeparam name="T">The element type.</typeparam>
public interface ISimd<TVector, T>
    where TVector : struct
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>The number of elements (lanes) of a vector.</summary>
    static abstract int Width { get; }

    /// <summary>Reads a vector from <paramref name="source"/>[<paramref name="index"/>] onward.</summary>
    static abstract TVector Load(ref readonly T source, nint index);

    /// <summary>Writes a vector to <paramref name="target"/>[<paramref name="index"/>] onward.</summary>
    static abstract void Store(TVector value, ref T target, nint index);

    /// <summary>Reads one byte per lane, as an integer from 0 to 255.</summary>
    static abstract TVector LoadBytes(ref readonly byte source, nint index);

    /// <summary>Writes each lane as one byte; every lane must hold an integer from 0 to 255.</summary>
    static abstract void StoreBytes(TVector value, ref byte target, nint index);

    /// <summary>The same value in every lane.</summary>
    static abstract TVector Broadcast(T value);

    /// <summary>a + b.</summary>
    static abstract TVector Add(TVector a, TVector b);

    /// <summary>a − b.</summary>
    static abstract TVector Subtract(TVector a, TVector b);

    /// <summary>a · b.</summary>
    static abstract TVector Multiply(TVector a, TVector b);

    /// <summary>a / b.</summary>
    static abstract TVector Divide(TVector a, TVector b);

    /// <summary>a · b + c, rounded once where the processor supports it.</summary>
    static abstract TVector MultiplyAdd(TVector a, TVector b, TVector c);

    /// <summary>The larger of each pair; NaN where either is NaN.</summary>
    static abstract TVector Max(TVector a, TVector b);

    /// <summary>The smaller of each pair; NaN where either is NaN.</summary>
    static abstract TVector Min(TVector a, TVector b);

    /// <summary>A mask of the lanes where a &gt; b, for use only with <see cref="Select"/>.</summary>
    static abstract TVector GreaterThan(TVector a, TVector b);

    /// <summary>A mask of the lanes where a = b, for use only with <see cref="Select"/>; NaN equals nothing.</summary>
    static abstract TVector EqualTo(TVector a, TVector b);

    /// <summary>Selects each lane from <paramref name="ifTrue"/> where the mask is set, else from <paramref name="ifFalse"/>.</summary>
    static abstract TVector Select(TVector mask, TVector ifTrue, TVector ifFalse);

    /// <summary>The square root of each lane.</summary>
    static abstract TVector Sqrt(TVector a);

    /// <summary>
    /// Each lane of <paramref name="value"/> times 2ⁿ. The signed integer n is stored in the lowest 9 bits (float) or 12 bits (double) of
    /// the same lane of <paramref name="power"/>; its other bits are ignored. Values and results must be normal numbers.
    /// </summary>
    static abstract TVector AddToExponent(TVector value, TVector power);

    /// <summary>The sum of the lanes. It is slow: call it after a loop, not inside.</summary>
    static abstract T Sum(TVector a);
}

/// <summary>Code that runs with a vector width chosen at run time.</summary>
public interface ISimdAction<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Runs the code with one vector type.</summary>
    void Invoke<TSimd, TVector>()
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct;
}

/// <summary>Test hook: chooses the vector type of an action.</summary>
internal interface ISimdSource
{
    /// <summary>Runs <paramref name="action"/> with the chosen vector type.</summary>
    void Run<T, TAction>(TAction action)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TAction : ISimdAction<T>, allows ref struct;
}

/// <summary>Maps a vector width chosen at run time to a vector type.</summary>
public static class SimdDispatch
{
    /// <summary>Test hook: replaces the vector type of <see cref="VectorWidth.Scalar"/> on this thread.</summary>
    [ThreadStatic]
    internal static ISimdSource? Scalar;

    /// <summary>Runs <paramref name="action"/> with vectors of <paramref name="width"/>.</summary>
    public static void Run<T, TAction>(VectorWidth width, TAction action)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TAction : ISimdAction<T>, allows ref struct
    {
        switch (width)
        {
            case VectorWidth.Bits512: action.Invoke<Simd512<T>, System.Runtime.Intrinsics.Vector512<T>>(); break;
            case VectorWidth.Bits256: action.Invoke<Simd256<T>, System.Runtime.Intrinsics.Vector256<T>>(); break;
            case VectorWidth.Bits128: action.Invoke<Simd128<T>, System.Runtime.Intrinsics.Vector128<T>>(); break;
            default:
                if (Scalar is { } source) source.Run<T, TAction>(action);
                else action.Invoke<SimdScalar<T>, T>();
                break;
        }
    }

    /// <summary>The number of elements in a vector of this width.</summary>
    public static int Lanes<T>(VectorWidth width)
        where T : unmanaged =>
        Math.Max(1, (int)width / 8 / System.Runtime.CompilerServices.Unsafe.SizeOf<T>());
}

using System.Numerics;

namespace DeepSharp.Tensors;

/// <summary>
/// The operations on vectors of which every kernel is written, once, for all widths and both element types. The width is a type parameter, so the
/// compiler specialises each kernel completely, and one process can run (and test) every width.
/// </summary>
/// <typeparam name="TVector">The vector, for instance <c>Vector256&lt;float&gt;</c>; <typeparamref name="T"/> itself for width 1.</typeparam>
/// <typeparam name="T">The element type.</typeparam>
public interface ISimd<TVector, T>
    where TVector : struct
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>The number of elements (lanes) of a vector.</summary>
    static abstract int Width { get; }

    /// <summary>Reads the lanes from <paramref name="source"/>[<paramref name="index"/>] onward.</summary>
    static abstract TVector Load(ref readonly T source, nint index);

    /// <summary>Writes the lanes to <paramref name="target"/>[<paramref name="index"/>] onward.</summary>
    static abstract void Store(TVector value, ref T target, nint index);

    /// <summary>Reads one byte for each lane, as the whole number 0 to 255.</summary>
    static abstract TVector LoadBytes(ref readonly byte source, nint index);

    /// <summary>Writes each lane, which must hold a whole number 0 to 255, as one byte.</summary>
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

    /// <summary>a · b + c, rounded once where the processor can.</summary>
    static abstract TVector MultiplyAdd(TVector a, TVector b, TVector c);

    /// <summary>The larger of each pair; NaN where either is NaN.</summary>
    static abstract TVector Max(TVector a, TVector b);

    /// <summary>The smaller of each pair; NaN where either is NaN.</summary>
    static abstract TVector Min(TVector a, TVector b);

    /// <summary>A mask of the lanes where a &gt; b, to be used by <see cref="Select"/> alone.</summary>
    static abstract TVector GreaterThan(TVector a, TVector b);

    /// <summary>A mask of the lanes where a = b, to be used by <see cref="Select"/> alone; NaN equals nothing.</summary>
    static abstract TVector EqualTo(TVector a, TVector b);

    /// <summary>Lane by lane <paramref name="ifTrue"/> where the mask is set, else <paramref name="ifFalse"/>.</summary>
    static abstract TVector Select(TVector mask, TVector ifTrue, TVector ifFalse);

    /// <summary>The square root of each lane.</summary>
    static abstract TVector Sqrt(TVector a);

    /// <summary>
    /// Each lane of <paramref name="value"/> times 2ⁿ, where n is the whole number in the lowest bits of the lane of <paramref name="power"/>. Values and
    /// results must be normal numbers.
    /// </summary>
    static abstract TVector AddToExponent(TVector value, TVector power);

    /// <summary>The sum of the lanes. Slow: call it once, after the loop.</summary>
    static abstract T Sum(TVector a);
}

/// <summary>A piece of work that runs at a vector width chosen at run time.</summary>
public interface ISimdAction<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Does the work with vectors of one type.</summary>
    void Invoke<TSimd, TVector>()
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct;
}

/// <summary>Chooses the vectors that work runs with.</summary>
internal interface ISimdSource
{
    /// <summary>Runs <paramref name="action"/>.</summary>
    void Run<T, TAction>(TAction action)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TAction : ISimdAction<T>, allows ref struct;
}

/// <summary>Turns a width chosen at run time into a type.</summary>
public static class SimdDispatch
{
    /// <summary>Where a test puts vectors of width 1 of its own, for its thread: work of <see cref="VectorWidth.Scalar"/> runs with them.</summary>
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

    /// <summary>How many elements a vector of this width has.</summary>
    public static int Lanes<T>(VectorWidth width)
        where T : unmanaged =>
        Math.Max(1, (int)width / 8 / System.Runtime.CompilerServices.Unsafe.SizeOf<T>());
}

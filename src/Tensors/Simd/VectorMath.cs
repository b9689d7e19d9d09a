using System.Numerics;
using System.Runtime.CompilerServices;

namespace DeepSharp.Tensors;

/// <summary>Functions of vectors, written once for all widths.</summary>
internal static class VectorMath
{
    /// <summary>Bits of the fraction of a float.</summary>
    public const int SingleFractionBits = 23;

    /// <summary>Bits of the fraction of a double.</summary>
    public const int DoubleFractionBits = 52;

    /// <summary>exp(x), to a few units in the last place; results below the normal numbers are 0.</summary>
    /// <remarks>
    /// exp(x) = 2ⁿ·exp(r) with n = ⌊x/ln 2⌉ and r = x − n·ln 2, at most ln(2)/2 = 0.35. There the Taylor series to r⁷/7! leaves an error of 5e-9, to r¹³/13! of 4e-18.
    /// Adding 1.5·2^(fraction bits) rounds to a whole number and leaves it in the lowest bits. ln 2 is subtracted in two parts, of which n times the first is
    /// exact (Cody and Waite, Software Manual for the Elementary Functions, 1980).
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Exp<TSimd, TVector, T>(TVector x)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        bool single = typeof(T) == typeof(float);
        TVector least = Constant<TSimd, TVector, T>(single ? -87.0 : -708.0), most = Constant<TSimd, TVector, T>(single ? 88.72283 : 709.78271);
        var magic = Constant<TSimd, TVector, T>(single ? 1.5 * (1L << SingleFractionBits) : 1.5 * (1L << DoubleFractionBits));
        var inside = TSimd.Min(TSimd.Max(x, least), most);
        var power = TSimd.MultiplyAdd(inside, Constant<TSimd, TVector, T>(1.4426950408889634), magic);
        var n = TSimd.Subtract(power, magic);
        // 0.693359375 has ten bits and 0.693145751953125 sixteen: their product with n is exact in float and in double.
        var r = TSimd.MultiplyAdd(n, Constant<TSimd, TVector, T>(single ? -0.693359375 : -0.693145751953125), inside);
        r = TSimd.MultiplyAdd(n, Constant<TSimd, TVector, T>(single ? 2.1219444005469058277e-4 : -1.4286068203094172321e-6), r);

        var sum = Constant<TSimd, TVector, T>(single ? 1 / 5040.0 : 1 / 6227020800.0);
        if (!single)
        {
            sum = TSimd.MultiplyAdd(sum, r, Constant<TSimd, TVector, T>(1 / 479001600.0));
            sum = TSimd.MultiplyAdd(sum, r, Constant<TSimd, TVector, T>(1 / 39916800.0));
            sum = TSimd.MultiplyAdd(sum, r, Constant<TSimd, TVector, T>(1 / 3628800.0));
            sum = TSimd.MultiplyAdd(sum, r, Constant<TSimd, TVector, T>(1 / 362880.0));
            sum = TSimd.MultiplyAdd(sum, r, Constant<TSimd, TVector, T>(1 / 40320.0));
            sum = TSimd.MultiplyAdd(sum, r, Constant<TSimd, TVector, T>(1 / 5040.0));
        }

        sum = TSimd.MultiplyAdd(sum, r, Constant<TSimd, TVector, T>(1 / 720.0));
        sum = TSimd.MultiplyAdd(sum, r, Constant<TSimd, TVector, T>(1 / 120.0));
        sum = TSimd.MultiplyAdd(sum, r, Constant<TSimd, TVector, T>(1 / 24.0));
        sum = TSimd.MultiplyAdd(sum, r, Constant<TSimd, TVector, T>(1 / 6.0));
        sum = TSimd.MultiplyAdd(sum, r, Constant<TSimd, TVector, T>(0.5));
        sum = TSimd.MultiplyAdd(sum, r, Constant<TSimd, TVector, T>(1));
        sum = TSimd.MultiplyAdd(sum, r, Constant<TSimd, TVector, T>(1));

        var result = TSimd.AddToExponent(sum, power);
        result = TSimd.Select(TSimd.GreaterThan(least, x), TSimd.Broadcast(T.Zero), result);
        result = TSimd.Select(TSimd.GreaterThan(x, most), TSimd.Broadcast(T.PositiveInfinity), result);
        return TSimd.Select(TSimd.EqualTo(x, x), result, x);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Constant<TSimd, TVector, T>(double value)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
        where T : unmanaged, IFloatingPointIeee754<T> => TSimd.Broadcast(T.CreateTruncating(value));
}

using System.Numerics;
using System.Runtime.CompilerServices;

namespace DeepSharp.Tensors;

/// <summary>Vector functions, written once for all widths.</summary>
internal static class VectorMath
{
    /// <summary>The number of fraction bits of a float.</summary>
    public const int SingleFractionBits = 23;

    /// <summary>The number of fraction bits of a double.</summary>
    public const int DoubleFractionBits = 52;

    /// <summary>
    /// exp(x), accurate to a few units in the last place; 0 below <see cref="ExpConstants{T}.Min"/>, +∞ above
    /// <see cref="ExpConstants{T}.Max"/>, NaN for NaN.
    /// </summary>
    /// <remarks>
    /// exp(x) = 2ⁿ·exp(r) with n = x/ln 2 rounded to an integer and r = x − n·ln 2, where |r| is at most ln(2)/2 ≈ 0.35. In this range the
    /// Taylor series up to r⁷/7! (float) has an error of 5e-9, and the series up to r¹³/13! (double) one of 4e-18: less than the rounding
    /// error. Adding 1.5·2^(fraction bits) rounds x/ln 2 to the integer n, whose bits are then the lowest ones of the sum. n·ln 2 is
    /// subtracted in two steps, the first of which is exact (Cody and Waite, Software Manual for the Elementary Functions, 1980).
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Exp<TSimd, TVector, T>(TVector x, ExpConstants<T> constants)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        TVector min = TSimd.Broadcast(constants.Min), max = TSimd.Broadcast(constants.Max), magic = TSimd.Broadcast(constants.Magic);
        var clamped = TSimd.Min(TSimd.Max(x, min), max);
        var power = TSimd.MultiplyAdd(clamped, TSimd.Broadcast(constants.Log2E), magic);
        var n = TSimd.Subtract(power, magic);
        var r = TSimd.MultiplyAdd(n, TSimd.Broadcast(constants.MinusLn2High), clamped);
        r = TSimd.MultiplyAdd(n, TSimd.Broadcast(constants.MinusLn2Low), r);

        var sum = TSimd.Broadcast(constants.Series[0]);
        for (int i = 1; i < constants.Series.Length; i++) sum = TSimd.MultiplyAdd(sum, r, TSimd.Broadcast(constants.Series[i]));

        var result = TSimd.AddToExponent(sum, power);
        result = TSimd.Select(TSimd.GreaterThan(min, x), TSimd.Broadcast(T.Zero), result);
        result = TSimd.Select(TSimd.GreaterThan(x, max), TSimd.Broadcast(T.PositiveInfinity), result);
        return TSimd.Select(TSimd.EqualTo(x, x), result, x);
    }
}

/// <summary>The constants of <see cref="VectorMath.Exp"/>.</summary>
internal sealed class ExpConstants<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>The constants for T.</summary>
    public static readonly ExpConstants<T> Instance = new();

    private ExpConstants()
    {
        bool single = typeof(T) == typeof(float);
        Min = T.CreateTruncating(single ? -87.336 : -708.396);
        Max = T.CreateTruncating(single ? 88.72283 : 709.7827128);
        Magic = T.CreateTruncating(1.5 * (1L << (single ? VectorMath.SingleFractionBits : VectorMath.DoubleFractionBits)));
        Log2E = T.CreateTruncating(1 / Math.Log(2));
        // 0.693359375 has nine significant bits, 0.693145751953125 fifteen. Its product with n is exact in float or double, respectively.
        MinusLn2High = T.CreateTruncating(single ? -0.693359375 : -0.693145751953125);
        MinusLn2Low = T.CreateTruncating(single ? 2.1219444005469058277e-4 : -1.4286068203094172321e-6);
        Series = new T[single ? 8 : 14];
        double factorial = 1;
        for (int i = 0; i < Series.Length; i++)
        {
            Series[^(i + 1)] = T.CreateTruncating(1 / factorial);
            factorial *= i + 1;
        }
    }

    /// <summary>The smallest x whose result is not 0: just above the logarithm of the smallest normal number.</summary>
    public T Min { get; }

    /// <summary>The largest x whose result is finite: just below the logarithm of the largest finite number.</summary>
    public T Max { get; }

    /// <summary>1.5·2^(fraction bits): the lowest bits of its sum with a number are the number rounded to an integer.</summary>
    public T Magic { get; }

    /// <summary>1/ln 2.</summary>
    public T Log2E { get; }

    /// <summary>The leading bits of −ln 2.</summary>
    public T MinusLn2High { get; }

    /// <summary>The rest of −ln 2.</summary>
    public T MinusLn2Low { get; }

    /// <summary>The Taylor coefficients in descending order: 1/7!, 1/6!, …, 1 in float, 1/13!, …, 1 in double.</summary>
    public T[] Series { get; }
}

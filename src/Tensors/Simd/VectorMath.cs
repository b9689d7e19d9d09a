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
    public static TVector Exp<TSimd, TVector, T>(TVector x, ExpNumbers<T> numbers)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        TVector least = TSimd.Broadcast(numbers.Least), most = TSimd.Broadcast(numbers.Most), magic = TSimd.Broadcast(numbers.Magic);
        var inside = TSimd.Min(TSimd.Max(x, least), most);
        var power = TSimd.MultiplyAdd(inside, TSimd.Broadcast(numbers.Log2E), magic);
        var n = TSimd.Subtract(power, magic);
        var r = TSimd.MultiplyAdd(n, TSimd.Broadcast(numbers.MinusLn2High), inside);
        r = TSimd.MultiplyAdd(n, TSimd.Broadcast(numbers.MinusLn2Low), r);

        var sum = TSimd.Broadcast(numbers.Series[0]);
        for (int i = 1; i < numbers.Series.Length; i++) sum = TSimd.MultiplyAdd(sum, r, TSimd.Broadcast(numbers.Series[i]));

        var result = TSimd.AddToExponent(sum, power);
        result = TSimd.Select(TSimd.GreaterThan(least, x), TSimd.Broadcast(T.Zero), result);
        result = TSimd.Select(TSimd.GreaterThan(x, most), TSimd.Broadcast(T.PositiveInfinity), result);
        return TSimd.Select(TSimd.EqualTo(x, x), result, x);
    }
}

/// <summary>The numbers of <see cref="VectorMath.Exp"/>.</summary>
internal sealed class ExpNumbers<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Those of T.</summary>
    public static readonly ExpNumbers<T> Instance = new();

    private ExpNumbers()
    {
        bool single = typeof(T) == typeof(float);
        Least = T.CreateTruncating(single ? -87.336 : -708.396);
        Most = T.CreateTruncating(single ? 88.72283 : 709.7827128);
        Magic = T.CreateTruncating(1.5 * (1L << (single ? VectorMath.SingleFractionBits : VectorMath.DoubleFractionBits)));
        Log2E = T.CreateTruncating(1 / Math.Log(2));
        // 0.693359375 has nine bits and 0.693145751953125 fifteen: their product with n is exact in float and in double.
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

    /// <summary>The least x whose exponential is a normal number.</summary>
    public T Least { get; }

    /// <summary>The greatest x whose exponential is a number.</summary>
    public T Most { get; }

    /// <summary>Adding it leaves a whole number in the lowest bits.</summary>
    public T Magic { get; }

    /// <summary>1/ln 2.</summary>
    public T Log2E { get; }

    /// <summary>−ln 2, its first bits.</summary>
    public T MinusLn2High { get; }

    /// <summary>−ln 2, the rest.</summary>
    public T MinusLn2Low { get; }

    /// <summary>1/7!, 1/6!, …, 1; in double from 1/13! on.</summary>
    public T[] Series { get; }
}

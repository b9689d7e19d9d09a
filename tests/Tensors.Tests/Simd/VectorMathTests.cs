using System.Numerics;

namespace DeepSharp.Tensors.Tests.Simd;

public class VectorMathTests
{
    public static TheoryData<VectorWidth> Widths => [.. Enum.GetValues<VectorWidth>()];

    [Theory]
    [MemberData(nameof(Widths))]
    public void Exp_is_accurate_to_a_few_units_in_the_last_place_in_float(VectorWidth width) =>
        Check(width, -87.336f, 88.72283f, MathF.BitIncrement(1) - 1);

    [Theory]
    [MemberData(nameof(Widths))]
    public void Exp_is_accurate_to_a_few_units_in_the_last_place_in_double(VectorWidth width) =>
        Check(width, -708.396, 709.7827128, Math.BitIncrement(1) - 1);

    [Theory]
    [MemberData(nameof(Widths))]
    public void Exp_handles_NaN_infinities_overflow_and_underflow(VectorWidth width)
    {
        float[] x =
        [
            float.NaN, float.PositiveInfinity, float.NegativeInfinity, 89, -104, 0, -0.0f, float.MaxValue,
            float.MinValue, 1e-30f, 0, 0, 0, 0, 0, 0,
        ];
        float[] expected = [float.NaN, float.PositiveInfinity, 0, float.PositiveInfinity, 0, 1, 1, float.PositiveInfinity, 0, 1];
        Assert.Equal(expected, Exp(width, x)[..expected.Length]);
        Assert.Equal(
            [double.NaN, double.PositiveInfinity, 0, double.PositiveInfinity, 0, 1, 0, 0],
            Exp(width, [double.NaN, double.PositiveInfinity, double.NegativeInfinity, 709.8, -709, 0, -800, double.MinValue]));
    }

    // The bound is 4 units in the last place: half a unit for each of the last three roundings of the series, one unit for the reduced
    // argument, and the rest for processors whose multiply-add rounds twice.
    private static void Check<T>(VectorWidth width, T min, T max, T unit)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var random = new System.Random(7);
        T[] x = [.. Enumerable.Range(0, 16 * 500).Select(_ => min + ((max - min) * T.CreateTruncating(random.NextDouble())))];
        for (int i = 2; i < 800; i++) x[i] = T.CreateTruncating((random.NextDouble() * 2) - 1);
        (x[0], x[1]) = (min, max);
        T[] y = Exp(width, x);
        for (int i = 0; i < x.Length; i++)
        {
            double expected = Math.Exp(double.CreateTruncating(x[i])), error = Math.Abs(double.CreateTruncating(y[i]) - expected);
            Assert.True(error <= 4 * double.CreateTruncating(unit) * expected, $"exp({x[i]}) is {y[i]}, expected {expected} at {width}.");
        }
    }

    private static T[] Exp<T>(VectorWidth width, T[] x)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        T[] y = new T[x.Length];
        SimdDispatch.Run<T, ExpAction<T>>(width, new(x, y));
        return y;
    }

    private readonly struct ExpAction<T>(T[] x, T[] y) : ISimdAction<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        void ISimdAction<T>.Invoke<TSimd, TVector>()
        {
            for (int i = 0; i < x.Length; i += TSimd.Width)
                TSimd.Store(VectorMath.Exp<TSimd, TVector, T>(TSimd.Load(in x[i], 0), ExpConstants<T>.Instance), ref y[i], 0);
        }
    }
}

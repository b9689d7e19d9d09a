using System.Numerics;

namespace DeepSharp.Tensors.Tests.Elementwise;

/// <summary>Functions are exact where their mathematical value is a number of the type.</summary>
public class ExactPointsTests
{
    private static readonly int[] Lengths = [1, 7, 16, 33];

    public static TheoryData<VectorWidth> Widths => TestContexts.Widths;

    [Theory]
    [MemberData(nameof(Widths))]
    public void Functions_are_exact_at_their_exact_points(VectorWidth width)
    {
        RequireExact<float>(width);
        RequireExact<double>(width);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(-1, 1)]
    [InlineData(1, 1.0000001)]
    [InlineData(0.1, 0.3)]
    [InlineData(16777216, 16777218)]
    public void Uniform_numbers_are_below_the_upper_bound(double low, double high)
    {
        // With 2²⁰ numbers, some round up to the bound in float, unless it is excluded.
        using var x = Tensor<float>.RandomUniform([1 << 20], new RandomStream(1, "x"), low, high, TestContexts.Default);
        Assert.All(x.ToArray().Chunk(1 << 12), part => Assert.InRange(part.Min(), (float)low, part.Max()));
        Assert.True(x.ToArray().Max() < high);
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(0, double.PositiveInfinity)]
    [InlineData(double.NaN, 1)]
    public void Uniform_numbers_need_a_range(double low, double high) => Assert.StartsWith(
        "RandomUniform: expected low below high",
        Assert.Throws<ArgumentException>(() => Tensor<float>.RandomUniform([3], new RandomStream(1, "x"), low, high)).Message,
        StringComparison.Ordinal);

    private static void RequireExact<T>(VectorWidth width)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        foreach (int length in Lengths)
        {
            Require(x => x.Exp(), T.Zero, T.One);
            Require(x => x.Exp(), T.NegativeZero, T.One);
            Require(x => x.Log(), T.One, T.Zero);
            Require(x => x.Tanh(), T.Zero, T.Zero);
            Require(x => x.Sigmoid(), T.Zero, T.CreateChecked(0.5));
            Require(x => x.Sqrt(), T.One, T.One);
            foreach (double value in (double[])[0, 1, -1, 2.5, -3, 1e30, 1e-30, double.NaN, double.PositiveInfinity])
            {
                var number = T.CreateTruncating(value);
                Require(x => x.Power(0), number, T.One);
                Require(x => x.Power(1), number, number);
            }

            void Require(Func<Tensor<T>, Tensor<T>> function, T argument, T expected)
            {
                using var x = Tensor<T>.FromArray([.. Enumerable.Repeat(argument, length)], [length], TestContexts.Of(width));
                using var y = function(x);
                Assert.All(y.ToArray(), found => Assert.Equal(expected, found));
            }
        }
    }
}

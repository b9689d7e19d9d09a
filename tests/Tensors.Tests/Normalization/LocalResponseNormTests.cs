using System.Numerics;
using FsCheck;
using FsCheck.Fluent;

namespace DeepSharp.Tensors.Tests.Normalization;

public class LocalResponseNormTests
{
    private static Arbitrary<(Shape Shape, int Size, double Beta, int Seed)> Cases => Arb.From(
        from images in Gen.Choose(1, 3)
        from channels in Gen.Elements(1, 3, 17, 130)
        from rows in Gen.Choose(1, 7)
        from columns in Gen.Choose(1, 9)
        from size in Gen.Elements(1, 2, 3, 5, 40)
        from beta in Gen.Elements(0.75, 0.75, 0.6, 1.5)
        from seed in Gen.Choose(1, int.MaxValue)
        select (new Shape(images, channels, rows, columns), size, beta, seed));

    [Theory]
    [MemberData(nameof(TestContexts.Widths), MemberType = typeof(TestContexts))]
    public void Equals_the_reference(VectorWidth width) => Prop.ForAll(Cases, norm =>
    {
        Check<float>(norm.Shape, norm.Size, norm.Beta, norm.Seed, width);
        Check<double>(norm.Shape, norm.Size, norm.Beta, norm.Seed, width);
    }).Check(PropertyConfig.Of(40));

    [Fact]
    public void Errors_name_invalid_input()
    {
        using var x = Tensor<float>.Ones([2, 3, 4, 5], TestContexts.Default);
        using var matrix = Tensor<float>.Ones([2, 3], TestContexts.Default);
        var kernels = x.Context.Kernels;
        Assert.Contains(
            "[2, 3]", Assert.Throws<ShapeException>(() => kernels.LocalResponseNorm(matrix, 5, 1, 1, 1)).Message, StringComparison.Ordinal);
        Assert.Throws<ShapeException>(() => kernels.LocalResponseNormBackward(x, matrix, 5, 1, 1, 1));
        Assert.Throws<ArgumentOutOfRangeException>("size", () => kernels.LocalResponseNorm(x, 0, 1, 1, 1));
    }

    private static void Check<T>(Shape shape, int size, double beta, int seed, VectorWidth width)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        const double Alpha = 0.3, K = 1.5;
        using Tensor<T> x = Tensor<T>.RandomNormal(shape, new RandomStream(seed, "x"), context: TestContexts.Of(width));
        using Tensor<T> dy = Tensor<T>.RandomNormal(shape, new RandomStream(seed, "dy"), context: TestContexts.Of(width));
        using var y = x.Context.Kernels.LocalResponseNorm(x, size, Alpha, beta, K);
        using var dx = x.Context.Kernels.LocalResponseNormBackward(x, dy, size, Alpha, beta, K);
        double[] input = Values(x), upstream = Values(dy), found = Values(y), gradient = Values(dx);
        int channels = shape[1], map = shape[2] * shape[3];
        double[] scale = new double[channels];
        for (int pixel = 0; pixel < shape[0] * map; pixel++)
        {
            int At(int c) => (((pixel / map * channels) + c) * map) + (pixel % map);
            for (int c = 0; c < channels; c++)
            {
                double sum = 0;
                for (int j = Math.Max(0, c - (size / 2)); j <= Math.Min(channels - 1, c + ((size - 1) / 2)); j++)
                    sum += input[At(j)] * input[At(j)];
                scale[c] = K + (Alpha * sum);
            }

            for (int c = 0; c < channels; c++)
            {
                double direct = Math.Pow(scale[c], -beta), indirect = 0, absolute = 0;
                for (int j = 0; j < channels; j++)
                {
                    if (c < j - (size / 2) || c > j + ((size - 1) / 2)) continue;
                    double term = 2 * Alpha * beta * input[At(c)] * upstream[At(j)] * input[At(j)] * Math.Pow(scale[j], -beta - 1);
                    indirect += term;
                    absolute += Math.Abs(term);
                }

                // All terms of the scale are positive, so the scale has a small relative error. The power multiplies it by the exponent.
                int terms = (int)Math.Ceiling((size + 4) * (1 + beta)) + 4;
                Assert.Equal(input[At(c)] * direct, found[At(c)], Tolerance.Sum<T>(terms, Math.Abs(input[At(c)] * direct)));
                Assert.Equal(
                    (upstream[At(c)] * direct) - indirect,
                    gradient[At(c)],
                    Tolerance.Sum<T>(2 * terms, Math.Abs(upstream[At(c)] * direct) + absolute));
            }
        }
    }

    private static double[] Values<T>(Tensor<T> tensor)
        where T : unmanaged, IFloatingPointIeee754<T> => [.. tensor.ToArray().Select(double.CreateChecked)];
}

using System.Numerics;
using FsCheck;
using FsCheck.Fluent;

namespace DeepSharp.Tensors.Tests.Normalization;

public class BatchNormTests
{
    private const double Epsilon = 1e-5;

    // Inputs [N,C] and [N,C,H,W] with a single row up to several blocks of rows.
    private static Arbitrary<(Shape Shape, int Seed)> Cases => Arb.From(
        from images in Gen.Choose(1, 5)
        from channels in Gen.Elements(1, 3, 17, 130)
        from rows in Gen.Choose(1, 19)
        from columns in Gen.Choose(1, 23)
        from matrix in Gen.Elements(true, false)
        from seed in Gen.Choose(1, int.MaxValue)
        select (matrix ? new Shape(images * rows, channels) : new Shape(images, channels, rows, columns), seed));

    [Theory]
    [MemberData(nameof(TestContexts.Widths), MemberType = typeof(TestContexts))]
    public void Statistics_equal_the_reference(VectorWidth width) => Prop.ForAll(Cases, pair =>
    {
        if (pair.Shape.ElementCount == pair.Shape[1]) return;
        CheckStatistics<float>(pair.Shape, pair.Seed, 0, width);
        CheckStatistics<double>(pair.Shape, pair.Seed, 0, width);
    }).Check(PropertyConfig.Of(40));

    [Theory]
    [MemberData(nameof(TestContexts.Widths), MemberType = typeof(TestContexts))]
    public void Variance_is_accurate_when_the_mean_is_a_thousand_standard_deviations(VectorWidth width)
    {
        CheckStatistics<float>([2000, 3], 1, 1000, width);
        CheckStatistics<float>([8, 17, 19, 23], 2, 1000, width);
        CheckStatistics<float>([2, 1, 40, 41], 3, 1000, width);
    }

    [Theory]
    [MemberData(nameof(TestContexts.Widths), MemberType = typeof(TestContexts))]
    public void Forward_and_backward_equal_the_reference(VectorWidth width) => Prop.ForAll(Cases, pair =>
    {
        foreach (bool relu in new[] { false, true })
        {
            CheckPasses<float>(pair.Shape, pair.Seed, relu, width);
            CheckPasses<double>(pair.Shape, pair.Seed, relu, width);
        }
    }).Check(PropertyConfig.Of(30));

    [Fact]
    public void Results_have_the_same_bits_on_one_two_and_five_workers()
    {
        float[][] Run(int workers)
        {
            using var context = new ComputeContext(new ComputeOptions { Workers = workers, FillWithNaN = true });
            using var x = Tensor<float>.RandomNormal([7, 17, 33, 29], new RandomStream(1, "x"), context: context);
            using var gamma = Tensor<float>.Ones([17], context);
            var (mean, inverseDeviation, variance) = context.Kernels.BatchNormStatistics(x, Epsilon);
            using var y = context.Kernels.BatchNormForward(x, mean, inverseDeviation, gamma, gamma, relu: true);
            var (dGamma, dBeta) = context.Kernels.BatchNormParameterGradients(x, y, mean, inverseDeviation, gamma, gamma, relu: true);
            using var dx = context.Kernels.BatchNormInputGradient(x, y, mean, inverseDeviation, gamma, gamma, relu: true, dGamma, dBeta);
            return
            [
                mean.ToArray(), inverseDeviation.ToArray(), variance.ToArray(), y.ToArray(),
                dGamma.ToArray(), dBeta.ToArray(), dx.ToArray(),
            ];
        }

        float[][] one = Run(1);
        Assert.Equal(one, Run(2));
        Assert.Equal(one, Run(5));
    }

    [Fact]
    public void Running_statistics_are_updated_with_the_unbiased_variance()
    {
        var context = TestContexts.Default;
        using var runningMean = Tensor<double>.FromArray([1, 2], [2], context);
        using var runningVariance = Tensor<double>.FromArray([3, 4], [2], context);
        using var mean = Tensor<double>.FromArray([10, 20], [2], context);
        using var variance = Tensor<double>.FromArray([4, 8], [2], context);
        context.Kernels.BatchNormUpdateRunning(runningMean, runningVariance, mean, variance, count: 5, momentum: 0.1);
        // In the first channel: mean 0.9·1 + 0.1·10, variance 0.9·3 + 0.1·4·5/4.
        Assert.Equal([1.9, 3.8], runningMean.ToArray().Select(v => Math.Round(v, 12)));
        Assert.Equal([3.2, 4.6], runningVariance.ToArray().Select(v => Math.Round(v, 12)));
    }

    [Fact]
    public void Errors_name_mismatched_shapes()
    {
        var context = TestContexts.Default;
        using var x = Tensor<float>.Ones([2, 3, 4, 5], context);
        using var right = Tensor<float>.Ones([3], context);
        using var wrong = Tensor<float>.Ones([4], context);
        using var single = Tensor<float>.Ones([1, 3, 1, 1], context);
        using var volume = Tensor<float>.Ones([2, 3, 4], context);
        var error = Assert.Throws<ShapeException>(() => context.Kernels.BatchNormForward(x, right, right, wrong, right, relu: false));
        Assert.Equal("BatchNorm: input [2, 3, 4, 5] has 3 channels, gamma [4] must be [3].", error.Message);
        Assert.Contains(
            "more than one value",
            Assert.Throws<ShapeException>(() => context.Kernels.BatchNormStatistics(single, Epsilon)).Message,
            StringComparison.Ordinal);
        Assert.Throws<ShapeException>(() => context.Kernels.BatchNormStatistics(volume, Epsilon));
        Assert.Throws<ShapeException>(
            () => context.Kernels.BatchNormParameterGradients(x, single, right, right, right, right, relu: false));
        Assert.Throws<ShapeException>(() => context.Kernels.BatchNormUpdateRunning(wrong, wrong, right, right, 2, 0.1));
    }

    private static void CheckStatistics<T>(Shape shape, int seed, double center, VectorWidth width)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        using var x = Tensor<T>.RandomNormal(shape, new RandomStream(seed, "x"), center, context: TestContexts.Of(width));
        var (mean, inverseDeviation, variance) = x.Context.Kernels.BatchNormStatistics(x, Epsilon);
        double[][] channels = Channels(x);
        for (int c = 0; c < channels.Length; c++)
        {
            double[] values = channels[c];
            double expectedMean = values.Average(), expectedVariance = values.Average(v => (v - expectedMean) * (v - expectedMean));
            double spread = values.Max() - values.Min();
            // The kernel sums deviations from the first value of a block. These and the differences of block means are at most the spread.
            double meanBound = Tolerance.Sum<T>(values.Length, spread) + Tolerance.Sum<T>(0, Math.Abs(expectedMean));
            double varianceBound = Tolerance.Sum<T>(values.Length, 2 * spread * spread);
            Assert.Equal(expectedMean, double.CreateChecked(mean[c]), meanBound);
            Assert.Equal(expectedVariance, double.CreateChecked(variance[c]), varianceBound);
            double expectedInverse = 1 / Math.Sqrt(double.CreateChecked(variance[c]) + Epsilon);
            Assert.Equal(expectedInverse, double.CreateChecked(inverseDeviation[c]), Tolerance.Sum<T>(0, expectedInverse));
        }

        mean.Dispose();
        inverseDeviation.Dispose();
        variance.Dispose();
    }

    private static void CheckPasses<T>(Shape shape, int seed, bool relu, VectorWidth width)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Tensor<T> Normal(Shape lengths, string name) =>
            Tensor<T>.RandomNormal(lengths, new RandomStream(seed, name), context: TestContexts.Of(width));
        Shape perChannel = [shape[1]];
        using Tensor<T> x = Normal(shape, "x"), dy = Normal(shape, "dy");
        using Tensor<T> mean = Normal(perChannel, "mean"), inverse = Normal(perChannel, "inverse");
        using Tensor<T> gamma = Normal(perChannel, "gamma"), beta = Normal(perChannel, "beta");
        var kernels = x.Context.Kernels;
        using var y = kernels.BatchNormForward(x, mean, inverse, gamma, beta, relu);
        var (dGamma, dBeta) = kernels.BatchNormParameterGradients(x, dy, mean, inverse, gamma, beta, relu);
        using var dx = kernels.BatchNormInputGradient(x, dy, mean, inverse, gamma, beta, relu, dGamma, dBeta);
        using var frozenDx = kernels.BatchNormInputGradient(x, dy, mean, inverse, gamma, beta, relu, null, null);

        double[][] xs = Channels(x), dys = Channels(dy), ys = Channels(y), dxs = Channels(dx), frozenDxs = Channels(frozenDx);
        for (int c = 0; c < xs.Length; c++)
        {
            double m = double.CreateChecked(mean[c]), s = double.CreateChecked(inverse[c]);
            double g = double.CreateChecked(gamma[c]), b = double.CreateChecked(beta[c]);
            double foundDGamma = double.CreateChecked(dGamma[c]), foundDBeta = double.CreateChecked(dBeta[c]);
            double sum = 0, sumAbsolute = 0, product = 0, productAbsolute = 0;
            int n = xs[c].Length;
            for (int i = 0; i < n; i++)
            {
                double normal = (xs[c][i] - m) * s, expected = (normal * g) + b;
                Assert.Equal(relu ? Math.Max(expected, 0) : expected, ys[c][i], Tolerance.Sum<T>(3, Math.Abs(normal * g) + Math.Abs(b)));
                // Uses the sign of the computed output, so that rounding near the kink of ReLU has no effect.
                double upstream = relu && ys[c][i] <= 0 ? 0 : dys[c][i];
                sum += upstream;
                sumAbsolute += Math.Abs(upstream);
                product += upstream * normal;
                productAbsolute += Math.Abs(upstream * normal);
                double ofMean = foundDBeta / n, ofDeviation = normal * foundDGamma / n;
                double size = Math.Abs(g * s) * (Math.Abs(upstream) + Math.Abs(ofMean) + Math.Abs(ofDeviation));
                Assert.Equal(g * s * (upstream - ofMean - ofDeviation), dxs[c][i], Tolerance.Sum<T>(8, size));
                Assert.Equal(g * s * upstream, frozenDxs[c][i], Tolerance.Sum<T>(2, Math.Abs(g * s * upstream)));
            }

            Assert.Equal(sum, foundDBeta, Tolerance.Sum<T>(n, sumAbsolute));
            Assert.Equal(product, foundDGamma, Tolerance.Sum<T>(n, productAbsolute));
        }

        dGamma.Dispose();
        dBeta.Dispose();
    }

    // The values of each channel.
    private static double[][] Channels<T>(Tensor<T> x)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        T[] values = x.ToArray();
        int channels = x.Shape[1], map = x.Shape.Rank == 4 ? x.Shape[2] * x.Shape[3] : 1;
        double[][] result = [.. Enumerable.Range(0, channels).Select(_ => new double[values.Length / channels])];
        for (int i = 0; i < values.Length; i++)
        {
            var (image, position) = Math.DivRem(i, channels * map);
            result[position / map][(image * map) + (position % map)] = double.CreateChecked(values[i]);
        }

        return result;
    }
}

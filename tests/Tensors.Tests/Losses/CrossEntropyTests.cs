namespace DeepSharp.Tensors.Tests.Losses;

public class CrossEntropyTests
{
    [Theory]
    [MemberData(nameof(TestContexts.Widths), MemberType = typeof(TestContexts))]
    public void Equals_the_reference_at_every_width(VectorWidth width)
    {
        foreach (int rows in new[] { 1, 7, 40 })
        {
            foreach (int classes in new[] { 1, 2, 3, 10, 17, 130, 1000 })
            {
                Check<float>(rows, classes, 0, LossReduction.Mean, width);
                Check<float>(rows, classes, 0.1, LossReduction.Sum, width);
                Check<double>(rows, classes, 0.3, LossReduction.Mean, width);
            }
        }
    }

    [Fact]
    public void Is_finite_for_logits_whose_exponential_overflows()
    {
        using var logits = Tensor<float>.FromArray([1e4f, 0, -1e4f, 0, 1e4f, 3], [2, 3], TestContexts.Default);
        using var loss = logits.Context.Kernels.CrossEntropy(
            logits, new[] { 0, 0 }, 0, LossReduction.Sum, keepProbabilities: true, out var probabilities);
        Assert.Equal(1e4f, loss.ToScalar());
        Assert.Equal([1, 0, 0, 0, 1, 0], probabilities!.ToArray());
        probabilities!.Dispose();
    }

    [Theory]
    [InlineData(10)]
    [InlineData(-1)]
    public void Errors_name_an_invalid_label_and_its_position(int label)
    {
        using var logits = Tensor<float>.Zeros([4, 10], TestContexts.Default);
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => logits.Context.Kernels.CrossEntropy(
            logits, new[] { 0, 9, label, label }, 0, LossReduction.Mean, keepProbabilities: true, out _));
        Assert.Contains($"label {label} at position 2 is outside 0 to 9", error.Message, StringComparison.Ordinal);
    }

    private static void Check<T>(int rows, int classes, double smoothing, LossReduction reduction, VectorWidth width)
        where T : unmanaged, System.Numerics.IFloatingPointIeee754<T>
    {
        var stream = new RandomStream(rows * classes, "cross-entropy");
        using var logits = Tensor<T>.RandomNormal([rows, classes], stream, deviation: 4, context: TestContexts.Of(width));
        int[] labels = [.. Enumerable.Range(0, rows).Select(row => stream.Below(classes, row))];
        using var upstream = Tensor<T>.Scalar(T.CreateTruncating(1.5), logits.Context);

        using var loss = logits.Context.Kernels.CrossEntropy(
            logits, labels, smoothing, reduction, keepProbabilities: true, out var probabilities);
        using var gradient = logits.Context.Kernels.CrossEntropyBackward(probabilities!, labels, smoothing, reduction, upstream);
        probabilities!.Dispose();

        double[] x = [.. logits.ToArray().Select(double.CreateTruncating)], dx = [.. gradient.ToArray().Select(double.CreateTruncating)];
        double divisor = reduction == LossReduction.Mean ? rows : 1, expected = 0, bound = 0;
        for (int row = 0; row < rows; row++)
        {
            double[] r = x[(row * classes)..((row + 1) * classes)];
            double logSum = Math.Log(r.Sum(Math.Exp));
            for (int k = 0; k < classes; k++)
            {
                double target = (k == labels[row] ? 1 - smoothing : 0) + (smoothing / classes);
                expected -= target * (r[k] - logSum) / divisor;
                // p has the relative error of a sum of positive exponentials, each off by one or two ulps and by the rounding of x − m.
                Assert.Equal(
                    (Math.Exp(r[k] - logSum) - target) * 1.5 / divisor,
                    dx[(row * classes) + k],
                    Tolerance.Sum<T>(classes, (4 + (r.Max() - r.Min())) / divisor));
            }

            bound += Tolerance.Sum<T>(classes, 4 + r.Max() - r.Min()) / divisor;
        }

        Assert.Equal(expected, double.CreateTruncating(loss.ToScalar()), bound);
    }
}

namespace DeepSharp.Tensors.Tests.Losses;

public class MeanSquaredErrorTests
{
    [Theory]
    [MemberData(nameof(TestContexts.Widths), MemberType = typeof(TestContexts))]
    public void Equals_the_reference_at_every_width_and_length(VectorWidth width)
    {
        foreach (int length in Enumerable.Range(1, 70).Concat([Tuning.SumRun + 3, (2 * Tuning.BlockElements) + 5]))
        {
            Check<float>([length], LossReduction.Mean, width);
            Check<double>([length], LossReduction.Sum, width);
        }

        Check<float>([2, 3, 5, 4], LossReduction.Sum, width);
    }

    private static void Check<T>(Shape shape, LossReduction reduction, VectorWidth width)
        where T : unmanaged, System.Numerics.IFloatingPointIeee754<T>
    {
        using var prediction = Tensor<T>.RandomNormal(shape, new RandomStream(1, "prediction"), context: TestContexts.Of(width));
        using var target = Tensor<T>.RandomNormal(shape, new RandomStream(1, "target"), context: TestContexts.Of(width));
        using var upstream = Tensor<T>.Scalar(T.CreateTruncating(1.5), prediction.Context);
        using var loss = prediction.Context.Kernels.MeanSquaredError(prediction, target, reduction);
        using var gradient = prediction.Context.Kernels.MeanSquaredErrorBackward(prediction, target, reduction, upstream);

        double[] difference =
        [
            .. prediction.ToArray().Zip(target.ToArray(), (x, t) => double.CreateTruncating(x) - double.CreateTruncating(t)),
        ];
        double divisor = reduction == LossReduction.Mean ? difference.Length : 1, sum = difference.Sum(d => d * d);
        Assert.Equal(sum / divisor, double.CreateTruncating(loss.ToScalar()), Tolerance.Sum<T>(Tuning.SumRun, sum) / divisor);
        Assert.All(gradient.ToArray().Zip(difference), pair =>
            Assert.Equal(
                pair.Second * 3 / divisor,
                double.CreateTruncating(pair.First),
                Tolerance.Sum<T>(1, Math.Abs(pair.Second) + 1) * 3 / divisor));
    }
}

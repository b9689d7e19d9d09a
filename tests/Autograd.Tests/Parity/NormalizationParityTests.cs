using System.Numerics;

namespace DeepSharp.Autograd.Tests.Parity;

public abstract class NormalizationParity<T>() : ParityTests<T>("normalization")
    where T : unmanaged, IFloatingPointIeee754<T>
{
    protected override Dictionary<string, Func<ParityCase<T>, Variable<T>>> Cases { get; } = new()
    {
        ["batch_norm_training"] = OfBatch,
        ["batch_norm_training_17_channels"] = OfBatch,
        ["batch_norm_training_rows"] = OfBatch,
        ["batch_norm_evaluation"] = c => c["input"].BatchNorm(c["weight"], c["bias"], c.Tensor("running_mean"), c.Tensor("running_var")),
        ["local_response_norm_2"] = c => c["input"].LocalResponseNorm(2, alpha: 0.5, beta: 0.75, k: 2),
        ["local_response_norm_3"] = c => c["input"].LocalResponseNorm(3, alpha: 0.5, beta: 0.75, k: 2),
        ["local_response_norm_4"] = c => c["input"].LocalResponseNorm(4, alpha: 0.5, beta: 0.75, k: 2),
        ["local_response_norm_5"] = c => c["input"].LocalResponseNorm(5, alpha: 0.5, beta: 0.75, k: 2),
        ["local_response_norm_8_of_4_channels"] = c => c["input"].LocalResponseNorm(8, alpha: 0.5, beta: 0.6, k: 1),
        ["local_response_norm_11_of_4_channels"] = c => c["input"].LocalResponseNorm(11, alpha: 0.5, beta: 0.6, k: 1),
        ["local_response_norm_5_undivided"] = c => c["input"].LocalResponseNorm(5, alpha: 0.1, beta: 0.75, k: 2, divideAlphaBySize: false),
    };

    [Theory]
    [MemberData(nameof(TestContexts.Widths), MemberType = typeof(TestContexts))]
    public void Running_statistics_after_three_steps_equal_PyTorch(VectorWidth width)
    {
        const string Name = "batch_norm_running";
        var context = TestContexts.Of(width);
        Shape channels = Recorded.ShapeOf($"{Name}/running_mean");
        using Tensor<T> one = Tensor<T>.Ones(channels, context), zero = Tensor<T>.Zeros(channels, context);
        using Tensor<T> mean = zero.Clone(), variance = one.Clone();
        double max = 0;
        for (int step = 0; step < 3; step++)
        {
            using var input = Recorded.Tensor<T>($"{Name}/input{step}", context);
            using var tape = new Tape<T>(Mode.Training);
            tape.Input(input).BatchNorm(tape.Input(one), tape.Input(zero), mean, variance);
            max = Math.Max(max, Recorded.Values($"{Name}/input{step}").Max(Math.Abs));
        }

        // Each statistic is a convex combination of its previous value and a mean of 24 elements, or of their squared deviations.
        RequireClose($"{Name}/running_mean", mean, Tolerance.Sum<T>(24, max));
        RequireClose($"{Name}/running_var", variance, Tolerance.Sum<T>(24, max * max));
    }

    private static Variable<T> OfBatch(ParityCase<T> c)
    {
        var input = c["input"];
        Shape channels = [input.Shape[1]];
        var context = input.Value.Context;
        return input.BatchNorm(c["weight"], c["bias"], Tensor<T>.Zeros(channels, context), Tensor<T>.Ones(channels, context));
    }

    private void RequireClose(string name, Tensor<T> actual, double tolerance)
    {
        double[] expected = Recorded.Values(name);
        for (int i = 0; i < expected.Length; i++) Assert.Equal(expected[i], double.CreateChecked(actual[i]), tolerance);
    }
}

public sealed class NormalizationParityInFloat : NormalizationParity<float>;

public sealed class NormalizationParityInDouble : NormalizationParity<double>;

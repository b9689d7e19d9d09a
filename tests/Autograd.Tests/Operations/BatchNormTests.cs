using FsCheck;
using FsCheck.Fluent;

namespace DeepSharp.Autograd.Tests.Operations;

public class BatchNormTests
{
    // More than two values per channel. Two values would always become about 1 and −1, so the gradient would be small.
    private static Gen<Shape> Cases => Gen.OneOf(Shapes.OfRank(2), Shapes.OfRank(4)).Where(shape => shape.ElementCount > 2 * shape[1]);

    [Fact]
    public void Gradient_with_batch_statistics_equals_central_differences() => Check(frozen: false);

    [Fact]
    public void Gradient_with_frozen_statistics_equals_central_differences() => Check(frozen: true);

    [Fact]
    public void Gradients_add_up_when_the_input_is_also_used_elsewhere() => GradientCheckProperty.Holds(
        Cases,
        (shape, values) => [values.Normal(shape)],
        (shape, inputs) => new State(shape[1], inputs[0].Value.Context).Apply(inputs[0], epsilon: 0.1) * inputs[0]);

    [Fact]
    public void Training_normalizes_and_updates_the_running_statistics()
    {
        var state = new State(channels: 1);
        using var tape = new Tape<double>(Mode.Training);
        var y = state.Apply(tape.Input(Tensor<double>.FromArray([1, 2, 3, 6], [2, 1, 1, 2], TestContexts.Default)), epsilon: 0);
        // Mean 3, variance 14/4, unbiased variance 14/3. The running mean and variance start at 0 and 1.
        double standardDeviation = Math.Sqrt(3.5);
        Assert.Equal(
            new[] { -2, -1, 0, 3 }.Select(d => d / standardDeviation),
            y.Value.ToArray(),
            (a, b) => Math.Abs(a - b) < Tolerance.Sum<double>(4, 3));
        Assert.Equal(0.3, state.Mean[0], Tolerance.Sum<double>(4, 3));
        Assert.Equal(0.9 + (0.1 * 14 / 3), state.Variance[0], Tolerance.Sum<double>(4, 3));
    }

    [Theory]
    [InlineData(Mode.Evaluation, false)]
    [InlineData(Mode.Training, true)]
    public void Evaluation_and_frozen_training_use_but_do_not_change_the_running_statistics(Mode mode, bool frozen)
    {
        var state = new State(channels: 1);
        state.Mean[0] = 2;
        state.Variance[0] = 4;
        using var tape = new Tape<double>(mode);
        // Running statistics need only one value per channel.
        var y = state.Apply(tape.Input(Tensor<double>.FromArray([7], [1, 1], TestContexts.Default)), epsilon: 0, frozen);
        Assert.Equal(2.5, y.Value[0, 0]);
        Assert.Equal((2.0, 4.0), (state.Mean[0], state.Variance[0]));
    }

    [Fact]
    public void One_value_per_channel_is_too_few_for_training()
    {
        using var tape = new Tape<double>(Mode.Training);
        var x = tape.Input(Tensor<double>.Ones([1, 3, 1, 1], TestContexts.Default));
        Assert.Throws<ShapeException>(() => new State(channels: 3).Apply(x));
    }

    private static void Check(bool frozen)
    {
        GradientCheckProperty.Holds(
            Cases,
            (shape, values) => [values.Normal(shape), values.Normal([shape[1]]), values.Normal([shape[1]])],
            (shape, inputs) =>
            {
                using Tensor<double> mean = new TestValues(1).Normal([shape[1]]), variance = new TestValues(2).Positive([shape[1]]);
                return inputs[0].BatchNorm(inputs[1], inputs[2], mean, variance, epsilon: 0.1, frozen: frozen);
            });
    }

    private sealed class State(int channels, ComputeContext? context = null)
    {
        private readonly ComputeContext context = context ?? TestContexts.Default;

        public Tensor<double> Mean { get; } = Tensor<double>.Zeros([channels], context ?? TestContexts.Default);

        public Tensor<double> Variance { get; } = Tensor<double>.Ones([channels], context ?? TestContexts.Default);

        public Variable<double> Apply(Variable<double> x, double epsilon = 1e-5, bool frozen = false)
        {
            var gamma = x.Tape.Input(Tensor<double>.Ones([channels], context));
            var beta = x.Tape.Input(Tensor<double>.Zeros([channels], context));
            return x.BatchNorm(gamma, beta, Mean, Variance, epsilon: epsilon, frozen: frozen);
        }
    }
}

using FsCheck;
using FsCheck.Fluent;

namespace DeepSharp.Autograd.Tests.Operations;

public class AdaptiveAveragePool2dTests
{
    [Fact]
    public void Gradient_equals_central_differences() => GradientCheckProperty.Holds(
        from shape in Shapes.OfRank(4) from height in Gen.Choose(1, 7) from width in Gen.Choose(1, 7) select (shape, height, width),
        (pooling, values) => [values.Normal(pooling.shape)],
        (pooling, x) => x[0].AdaptiveAveragePool2d(pooling.height, pooling.width));

    [Fact]
    public void A_map_of_the_target_size_stays_unchanged()
    {
        using var tape = new Tape<float>(Mode.Evaluation);
        using var x = Tensor<float>.RandomNormal([2, 17, 7, 5], new RandomStream(1, "x"), context: TestContexts.Default);
        Assert.Equal(x.ToArray(), tape.Input(x).AdaptiveAveragePool2d(7, 5).Value.ToArray());
    }

    [Fact]
    public void A_map_of_the_target_size_is_returned_as_the_same_variable_and_propagates_its_gradient()
    {
        var values = new TestValues(1);
        using var tape = new Tape<double>(Mode.Training);
        var x = tape.Input(values.Normal([2, 3, 4, 5]), requiresGradient: true);
        Assert.Same(x, x.AdaptiveAveragePool2d(4, 5));
        Assert.NotSame(x, x.AdaptiveAveragePool2d(5, 4));
        var doubled = x * 2;
        var pooled = doubled.AdaptiveAveragePool2d(4, 5);
        var upstream = values.Normal([2, 3, 4, 5]);
        double[] expected = [.. upstream.ToArray().Select(value => 2 * value)];
        tape.Backward(pooled, upstream);
        Assert.Equal(expected, x.Gradient!.ToArray());
    }
}

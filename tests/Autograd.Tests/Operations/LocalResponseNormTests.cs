using FsCheck;
using FsCheck.Fluent;

namespace DeepSharp.Autograd.Tests.Operations;

public class LocalResponseNormTests
{
    [Fact]
    public void Gradient_equals_central_differences() => GradientCheckProperty.Holds(
        from shape in Shapes.OfRank(4)
        from channels in Gen.Choose(1, 11)
        from size in Gen.Elements(1, 2, 3, 5, 14)
        from beta in Gen.Elements(0.75, 0.5, 1.3)
        from divide in Gen.Elements(true, false)
        select (Shape: shape.With(1, channels), size, beta, divide),
        (norm, values) => [values.Normal(norm.Shape)],
        (norm, x) => x[0].LocalResponseNorm(norm.size, alpha: 0.7, norm.beta, k: 1.5, norm.divide));

    [Fact]
    public void Gradients_add_up_when_the_input_is_also_used_elsewhere() =>
        GradientCheckProperty.Holds(
            Shapes.OfRank(4), (shape, values) => [values.Normal(shape)], (_, x) => x[0].LocalResponseNorm(3, alpha: 0.7) * x[0]);

    [Fact]
    public void Alpha_is_divided_by_the_size_unless_disabled()
    {
        using var tape = new Tape<double>(Mode.Evaluation);
        var x = tape.Input(Tensor<double>.FromArray([1, 2, 3], [1, 3, 1, 1], TestContexts.Default));
        // The sum of squares of the middle channel's window is 14.
        Assert.Equal(2 / 8.0, x.LocalResponseNorm(3, alpha: 1.5, beta: 1).Value[0, 1, 0, 0], Tolerance.Sum<double>(4, 1));
        Assert.Equal(
            2 / 22.0,
            x.LocalResponseNorm(3, alpha: 1.5, beta: 1, divideAlphaBySize: false).Value[0, 1, 0, 0],
            Tolerance.Sum<double>(4, 1));
    }

    [Fact]
    public void An_even_window_extends_further_toward_lower_channels()
    {
        using var tape = new Tape<double>(Mode.Evaluation);
        var x = tape.Input(Tensor<double>.FromArray([1, 10, 100], [1, 3, 1, 1], TestContexts.Default));
        double[] found = x.LocalResponseNorm(2, alpha: 2, beta: 1, k: 0).Value.ToArray();
        // Each channel is divided by the sum of squares of itself and the previous channel.
        double[] expected = [1 / 1.0, 10 / 101.0, 100 / 10100.0];
        Assert.Equal(expected, found, (a, b) => Math.Abs(a - b) <= Tolerance.Sum<double>(4, a));
    }
}

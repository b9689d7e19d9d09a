using DeepSharp.Tensors;
using FsCheck.Fluent;

namespace DeepSharp.Autograd.Tests.Operations;

public class SoftmaxTests
{
    [Fact]
    public void Gradient_equals_central_differences()
    {
        // The gradient of a single element is zero, so the axis has at least two elements.
        var cases = from shape in Shapes.Any
                    from axis in Gen.Choose(0, shape.Rank - 1)
                    select (Shape: shape.With(axis, shape[axis] + 1), axis);
        GradientCheckProperty.Holds(cases, (sample, values) => [values.Normal(sample.Shape)], (sample, x) => x[0].Softmax(sample.axis));
    }

    [Fact]
    public void An_axis_that_does_not_exist_is_an_error()
    {
        using var tape = new Tape<float>(Mode.Training);
        var x = tape.Input(Tensor<float>.Zeros([2, 3], TestContexts.Default));
        Assert.Contains(
            "Axis 2 does not exist in [2, 3]",
            Assert.Throws<ArgumentOutOfRangeException>(() => x.Softmax(2)).Message,
            StringComparison.Ordinal);
    }
}

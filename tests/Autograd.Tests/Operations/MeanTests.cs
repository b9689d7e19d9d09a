using DeepSharp.Tensors;
using FsCheck.Fluent;

namespace DeepSharp.Autograd.Tests.Operations;

public class MeanTests
{
    [Fact]
    public void Gradient_equals_central_differences()
    {
        var cases = from sample in Shapes.WithAxes from keepDims in Gen.Elements(true, false) select (sample.Shape, sample.Axes, keepDims);
        GradientCheckProperty.Holds(
            cases, (sample, values) => [values.Normal(sample.Shape)], (sample, x) => x[0].Mean(sample.Axes, sample.keepDims));
    }

    [Fact]
    public void Axes_that_do_not_exist_or_repeat_are_an_error()
    {
        using var tape = new Tape<float>(Mode.Training);
        var x = tape.Input(Tensor<float>.Zeros([2, 3], TestContexts.Default));
        Assert.Contains(
            "Axis 2 does not exist in [2, 3]",
            Assert.Throws<ArgumentOutOfRangeException>(() => x.Mean([2])).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "Axis -1 of [2, 3] is given twice",
            Assert.Throws<ArgumentException>(() => x.Mean([1, -1])).Message,
            StringComparison.Ordinal);
    }
}

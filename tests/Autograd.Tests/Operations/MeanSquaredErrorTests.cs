using DeepSharp.Tensors;
using FsCheck.Fluent;

namespace DeepSharp.Autograd.Tests.Operations;

public class MeanSquaredErrorTests
{
    [Fact]
    public void Gradient_equals_central_differences()
    {
        var cases = from shape in Shapes.Any
                    from reduction in Gen.Elements(LossReduction.Mean, LossReduction.Sum)
                    select (shape, reduction);
        GradientCheckProperty.Holds(
            cases,
            (sample, values) => [values.Normal(sample.shape), values.Normal(sample.shape)],
            (sample, x) => x[0].MeanSquaredError(x[1], sample.reduction));
    }

    [Fact]
    public void Different_shapes_are_an_error()
    {
        using var tape = new Tape<float>(Mode.Training);
        var prediction = tape.Input(Tensor<float>.Zeros([4, 1], TestContexts.Default));
        var target = tape.Input(Tensor<float>.Zeros([4], TestContexts.Default));
        var error = Assert.Throws<ShapeException>(() => prediction.MeanSquaredError(target));
        Assert.Contains("prediction [4, 1] and target [4]", error.Message, StringComparison.Ordinal);
    }
}

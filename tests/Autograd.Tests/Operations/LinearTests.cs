using DeepSharp.Tensors;
using FsCheck.Fluent;

namespace DeepSharp.Autograd.Tests.Operations;

public class LinearTests
{
    [Fact]
    public void Gradient_equals_central_differences()
    {
        var cases = from rows in Shapes.Length
                    from inputs in Shapes.Length
                    from outputs in Shapes.Length
                    from bias in Gen.Elements(true, false)
                    select (rows, inputs, outputs, bias);
        GradientCheckProperty.Holds(
            cases,
            (sample, values) => sample.bias
                ? [values.Normal([sample.rows, sample.inputs]), values.Normal([sample.outputs, sample.inputs]), values.Normal([sample.outputs])]
                : [values.Normal([sample.rows, sample.inputs]), values.Normal([sample.outputs, sample.inputs])],
            (_, x) => x[0].Linear(x[1], x.Length == 3 ? x[2] : null));
    }

    [Fact]
    public void Value_is_the_product_plus_the_bias()
    {
        using var tape = new Tape<float>(Mode.Evaluation);
        var x = tape.Input(Tensor<float>.FromArray([1, 2, 3, 4], [2, 2], TestContexts.Default));
        var weight = tape.Input(Tensor<float>.FromArray([1, 0, 0, 1, 1, 1], [3, 2], TestContexts.Default));
        var bias = tape.Input(Tensor<float>.FromArray([10, 20, 30], [3], TestContexts.Default));
        Assert.Equal([11, 22, 33, 13, 24, 37], x.Linear(weight, bias).Value.ToArray());
        Assert.Equal([1, 2, 3, 3, 4, 7], x.Linear(weight).Value.ToArray());
    }

    [Fact]
    public void Shapes_that_do_not_fit_are_an_error()
    {
        using var tape = new Tape<float>(Mode.Training);
        var x = tape.Input(Tensor<float>.Zeros([8, 512], TestContexts.Default));
        var weight = tape.Input(Tensor<float>.Zeros([10, 256], TestContexts.Default));
        Assert.Contains("input [8, 512] and weight [10, 256]", Assert.Throws<ShapeException>(() => x.Linear(weight)).Message, StringComparison.Ordinal);
        var fitting = tape.Input(Tensor<float>.Zeros([10, 512], TestContexts.Default));
        var bias = tape.Input(Tensor<float>.Zeros([1, 10], TestContexts.Default));
        Assert.Contains("bias [1, 10] does not fit weight [10, 512]", Assert.Throws<ShapeException>(() => x.Linear(fitting, bias)).Message, StringComparison.Ordinal);
    }
}

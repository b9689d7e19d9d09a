using DeepSharp.Tensors;
using FsCheck.Fluent;

namespace DeepSharp.Autograd.Tests.Operations;

public class MatMulTests
{
    [Fact]
    public void Gradient_equals_central_differences()
    {
        var cases = from m in Shapes.Length from k in Shapes.Length from n in Shapes.Length select (A: new Shape(m, k), B: new Shape(k, n));
        GradientCheckProperty.Holds(
            cases, (sample, values) => [values.Normal(sample.A), values.Normal(sample.B)], (_, x) => x[0].MatMul(x[1]));
    }

    [Fact]
    public void Gradient_of_a_square_equals_central_differences() => GradientCheckProperty.Holds(
        Shapes.Length, (n, values) => [values.Normal([n, n])], (_, x) => x[0].MatMul(x[0]));

    [Theory]
    [InlineData(3, 2)]
    [InlineData(2, 3, 4)]
    public void Mismatched_shapes_are_an_error(params int[] right)
    {
        using var tape = new Tape<float>(Mode.Training);
        var a = tape.Input(Tensor<float>.Zeros([3, 2], TestContexts.Default));
        var b = tape.Input(Tensor<float>.Zeros(new Shape(right), TestContexts.Default));
        var error = Assert.Throws<ShapeException>(() => a.MatMul(b));
        Assert.Contains($"[3, 2] and {new Shape(right)} do not fit", error.Message, StringComparison.Ordinal);
    }
}

using DeepSharp.Tensors;
using FsCheck.Fluent;

namespace DeepSharp.Autograd.Tests.Operations;

public class ReshapeTests
{
    [Fact]
    public void Gradient_of_reshape_equals_central_differences()
    {
        var cases = from shape in Shapes.Any
                    from order in Gen.Shuffle(shape.ToArray())
                    select (shape, Result: new Shape(order));
        GradientCheckProperty.Holds(cases, (sample, values) => [values.Normal(sample.shape)], (sample, x) => x[0].Reshape(sample.Result));
    }

    [Fact]
    public void Gradient_of_flatten_equals_central_differences() => GradientCheckProperty.Holds(x => x.Flatten());

    [Fact]
    public void Flatten_keeps_the_order_channels_rows_columns()
    {
        using var tape = new Tape<float>(Mode.Evaluation);
        float[] elements = [.. Enumerable.Range(0, 2 * 3 * 4 * 5).Select(i => (float)i)];
        var flat = tape.Input(Tensor<float>.FromArray(elements, [2, 3, 4, 5], TestContexts.Default)).Flatten();
        Assert.Equal([2, 60], flat.Shape);
        Assert.Equal(elements, flat.Value.Read().ToArray());
    }

    [Fact]
    public void A_different_number_of_elements_is_an_error()
    {
        using var tape = new Tape<float>(Mode.Evaluation);
        var x = tape.Input(Tensor<float>.Zeros([2, 3], TestContexts.Default));
        Assert.Contains(
            "[2, 3] has 6 elements, [4, 2] has 8",
            Assert.Throws<ShapeException>(() => x.Reshape([4, 2])).Message,
            StringComparison.Ordinal);
    }
}

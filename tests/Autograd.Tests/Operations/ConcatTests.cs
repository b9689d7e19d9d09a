using DeepSharp.Tensors;
using FsCheck.Fluent;

namespace DeepSharp.Autograd.Tests.Operations;

public class ConcatTests
{
    [Fact]
    public void Gradient_equals_central_differences()
    {
        var cases = from shape in Shapes.Any
                    from axis in Gen.Choose(0, shape.Rank - 1)
                    from lengths in Gen.NonEmptyListOf(Gen.Choose(1, 3))
                    select (Shapes: lengths.Take(3).Select(length => shape.With(axis, length)).ToArray(), axis);
        GradientCheckProperty.Holds(
            cases,
            (sample, values) => Array.ConvertAll(sample.Shapes, values.Normal),
            (sample, x) => x[0].Concat(sample.axis, x.AsSpan(1)));
    }

    [Fact]
    public void Gradient_of_a_variable_joined_with_itself_equals_central_differences() =>
        GradientCheckProperty.Holds(x => x.Concat(0, x, x));

    [Fact]
    public void Channels_are_joined_in_order()
    {
        using var tape = new Tape<float>(Mode.Evaluation);
        var a = tape.Input(Tensor<float>.FromArray([1, 2, 3, 4], [1, 1, 2, 2], TestContexts.Default));
        var b = tape.Input(Tensor<float>.FromArray([5, 6, 7, 8, 9, 10, 11, 12], [1, 2, 2, 2], TestContexts.Default));
        var joined = a.Concat(1, b);
        Assert.Equal([1, 3, 2, 2], joined.Shape);
        Assert.Equal(Enumerable.Range(1, 12).Select(i => (float)i), joined.Value.ToArray());
    }

    [Fact]
    public void Mismatched_shapes_are_an_error()
    {
        using var tape = new Tape<float>(Mode.Evaluation);
        var a = tape.Input(Tensor<float>.Zeros([2, 3], TestContexts.Default));
        var b = tape.Input(Tensor<float>.Zeros([3, 3], TestContexts.Default));
        Assert.Contains(
            "[2, 3] and [3, 3] must be equal on all axes except axis 1",
            Assert.Throws<ShapeException>(() => a.Concat(1, b)).Message,
            StringComparison.Ordinal);
    }
}

using DeepSharp.Tensors;
using FsCheck.Fluent;

namespace DeepSharp.Autograd.Tests.Operations;

public class PadTests
{
    [Fact]
    public void Gradient_equals_central_differences()
    {
        var cases = from shape in Shapes.Any
                    from before in Gen.ArrayOf(Gen.Choose(0, 2), shape.Rank)
                    from after in Gen.ArrayOf(Gen.Choose(0, 2), shape.Rank)
                    select (shape, before, after);
        GradientCheckProperty.Holds(
            cases, (sample, values) => [values.Normal(sample.shape)], (sample, x) => x[0].Pad(sample.before, sample.after, 3));
    }

    [Fact]
    public void The_constant_surrounds_the_elements()
    {
        using var tape = new Tape<float>(Mode.Evaluation);
        var padded = tape.Input(Tensor<float>.FromArray([1, 2], [1, 2], TestContexts.Default)).Pad([1, 0], [0, 2], 9);
        Assert.Equal([2, 4], padded.Shape);
        Assert.Equal([9, 9, 9, 9, 1, 2, 9, 9], padded.Value.ToArray());
    }

    [Fact]
    public void Invalid_padding_is_an_error()
    {
        using var tape = new Tape<float>(Mode.Evaluation);
        var x = tape.Input(Tensor<float>.Zeros([2, 3], TestContexts.Default));
        var error = Assert.Throws<ShapeException>(() => x.Pad([1], [1, 1]));
        Assert.Contains("[2, 3] needs 2 non-negative values", error.Message, StringComparison.Ordinal);
        Assert.Contains(
            "found [0, -1] and [0, 0]", Assert.Throws<ShapeException>(() => x.Pad([0, -1], [0, 0])).Message, StringComparison.Ordinal);
    }
}

using DeepSharp.Tensors;
using FsCheck.Fluent;

namespace DeepSharp.Autograd.Tests.Operations;

public class SliceTests
{
    [Fact]
    public void Gradient_equals_central_differences()
    {
        var cases = from shape in Shapes.Any
                    from start in Gen.ArrayOf(Gen.Choose(0, 2), shape.Rank)
                    from rest in Gen.ArrayOf(Gen.Choose(0, 2), shape.Rank)
                    select (Whole: new Shape([.. shape.Select((length, axis) => start[axis] + length + rest[axis])]), start, shape);
        GradientCheckProperty.Holds(
            cases, (sample, values) => [values.Normal(sample.Whole)], (sample, x) => x[0].Slice(sample.start, sample.shape));
    }

    [Fact]
    public void One_axis_is_sliced_and_the_others_stay_whole()
    {
        using var tape = new Tape<float>(Mode.Evaluation);
        var x = tape.Input(Tensor<float>.FromArray([1, 2, 3, 4, 5, 6], [2, 3], TestContexts.Default));
        Assert.Equal([2, 3, 5, 6], x.Slice(axis: -1, start: 1, length: 2).Value.ToArray());
    }

    [Fact]
    public void A_slice_out_of_range_is_an_error()
    {
        using var tape = new Tape<float>(Mode.Evaluation);
        var x = tape.Input(Tensor<float>.Zeros([2, 3], TestContexts.Default));
        Assert.Contains(
            "a slice [2, 2] at [0, 2] is out of range for [2, 3]",
            Assert.Throws<ShapeException>(() => x.Slice(1, 2, 2)).Message,
            StringComparison.Ordinal);
    }
}

using DeepSharp.Tensors;
using FsCheck.Fluent;

namespace DeepSharp.Autograd.Tests.Operations;

public class PermuteTests
{
    [Fact]
    public void Gradient_equals_central_differences()
    {
        // About half of the axes are negative, that is, counted from the end.
        var cases = from shape in Shapes.Any
                    from axes in Gen.Shuffle(Enumerable.Range(0, shape.Rank).ToArray())
                    from fromEnd in Gen.ArrayOf(Gen.Elements(true, false), shape.Rank)
                    select (shape, Axes: axes.Select((axis, i) => fromEnd[i] ? axis - shape.Rank : axis).ToArray());
        GradientCheckProperty.Holds(cases, (sample, values) => [values.Normal(sample.shape)], (sample, x) => x[0].Permute(sample.Axes));
    }

    [Fact]
    public void Gradient_of_transpose_equals_central_differences() =>
        GradientCheckProperty.Holds(Shapes.OfRank(2), (shape, values) => [values.Normal(shape)], (_, x) => x[0].Transpose());

    [Fact]
    public void Transpose_takes_only_matrices()
    {
        using var tape = new Tape<float>(Mode.Training);
        var x = tape.Input(Tensor<float>.Zeros([2, 3, 4], TestContexts.Default));
        Assert.Contains(
            "expected [M, N], found [2, 3, 4]", Assert.Throws<ShapeException>(() => x.Transpose()).Message, StringComparison.Ordinal);
    }
}

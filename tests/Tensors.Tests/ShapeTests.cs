using FsCheck;
using FsCheck.Fluent;

namespace DeepSharp.Tensors.Tests;

public class ShapeTests
{
    [Fact]
    public void Returns_its_rank_lengths_and_element_count()
    {
        Shape shape = [2, 3, 4, 5];
        Assert.Equal(4, shape.Rank);
        Assert.Equal(120, shape.ElementCount);
        Assert.Equal([2, 3, 4, 5], shape.ToArray());
        Assert.Equal([2, 3, 4, 5], shape);
        Assert.Equal(5, shape[-1]);
        Assert.Equal(2, shape[-4]);
        Assert.Equal("[2, 3, 4, 5]", shape.ToString());
        Assert.Equal([2, 7, 4, 5], shape.With(-3, 7).ToArray());
    }

    [Fact]
    public void The_default_is_the_shape_of_a_scalar()
    {
        Assert.Equal(default, new Shape([]));
        Assert.Equal(default(Shape).GetHashCode(), new Shape([]).GetHashCode());
        Assert.Equal(1, default(Shape).ElementCount);
        Assert.Equal("[]", default(Shape).ToString());
    }

    [Fact]
    public void Equality_compares_rank_and_every_length()
    {
        Shape shape = [2, 3, 4, 5];
        Assert.True(shape == new Shape(2, 3, 4, 5));
        for (int axis = 0; axis < 4; axis++) Assert.True(shape != shape.With(axis, 6));
        Assert.NotEqual(new Shape(1), new Shape(1, 1));
        Assert.NotEqual(new Shape([]), new Shape(1));
        Assert.False(shape.Equals("[2, 3, 4, 5]"));
    }

    [Fact]
    public void Errors_name_invalid_shapes()
    {
        Assert.Equal(
            "A tensor has at most 4 dimensions, found 5: [1, 2, 3, 4, 5]. (Parameter 'lengths')",
            Assert.Throws<ArgumentException>(() => new Shape(1, 2, 3, 4, 5)).Message);
        Assert.Equal(
            "Every dimension must be at least 1, found [2, 0]. (Parameter 'lengths')",
            Assert.Throws<ArgumentException>(() => new Shape(2, 0)).Message);
        Assert.Contains(
            "[2000000000, 2] has more",
            Assert.Throws<ArgumentException>(() => new Shape(2_000_000_000, 2)).Message,
            StringComparison.Ordinal);
        // The product overflows 64 bits.
        Assert.Throws<ArgumentException>(() => new Shape(int.MaxValue, int.MaxValue, int.MaxValue, int.MaxValue));
        Assert.StartsWith(
            "Axis -3 does not exist in [2, 3], which has 2 dimensions.",
            Assert.Throws<ArgumentOutOfRangeException>(() => new Shape(2, 3)[-3]).Message,
            StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => new Shape(2, 3)[2]);
    }

    [Theory]
    [InlineData(new[] { 2, 3 }, new[] { 2, 3 }, new[] { 2, 3 })]
    [InlineData(new[] { 2, 3 }, new[] { 3 }, new[] { 2, 3 })]
    [InlineData(new[] { 2, 1 }, new[] { 1, 3 }, new[] { 2, 3 })]
    [InlineData(new int[0], new[] { 2, 3 }, new[] { 2, 3 })]
    [InlineData(new[] { 1 }, new int[0], new[] { 1 })]
    [InlineData(new[] { 5, 1, 4, 1 }, new[] { 3, 1, 6 }, new[] { 5, 3, 4, 6 })]
    public void Broadcasts_by_the_rules_of_PyTorch(int[] left, int[] right, int[] expected) =>
        Assert.Equal(new Shape(expected), Shape.Broadcast("Test", new(left), new(right)));

    [RepeatableProperty(MaxTest = 100)]
    public Property Broadcasting_is_symmetric() => Prop.ForAll(Arb.From(Shapes.Broadcastable, Shapes.Shrink), pair =>
        Assert.Equal(Shape.Broadcast("Test", pair.Left, pair.Right), Shape.Broadcast("Test", pair.Right, pair.Left)));

    [Fact]
    public void Errors_name_shapes_that_do_not_broadcast() => Assert.Equal(
        "Test: [2, 3] and [4, 2, 2] do not broadcast: lengths 3 and 2 of axis -1 must be equal or 1.",
        Assert.Throws<ShapeException>(() => Shape.Broadcast("Test", [2, 3], [4, 2, 2])).Message);
}

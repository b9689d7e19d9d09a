using DeepSharp.Tensors;
using FsCheck;
using FsCheck.Fluent;

namespace DeepSharp.Testing;

/// <summary>Generators and shrinkers of small shapes.</summary>
public static class Shapes
{
    /// <summary>Lengths from 1 to 5. Three in seven are 1, because broadcasting treats length 1 specially.</summary>
    public static Gen<int> Length => Gen.Choose(-1, 5).Select(length => Math.Max(1, length));

    /// <summary>Shapes of rank 1 to 4 with lengths from 1 to 5.</summary>
    public static Gen<Shape> Any => Gen.Choose(1, 4).SelectMany(OfRank);

    /// <summary>Shapes of the given rank with lengths from 1 to 5.</summary>
    public static Gen<Shape> OfRank(int rank) => Gen.ArrayOf(Length, rank).Select(lengths => new Shape(lengths));

    /// <summary>Small shapes of rank 1 to 4 with a subset of their axes. An empty subset means all axes, as in reductions.</summary>
    public static Gen<(Shape Shape, int[] Axes)> WithAxes =>
        from shape in Any
        from axes in Gen.SubListOf(Enumerable.Range(0, shape.Rank))
        select (shape, axes.ToArray());

    /// <summary>Shapes of rank 1 to 4 for kernels: lengths below, around and far above the vector width, at most 20,000 elements.</summary>
    public static Gen<Shape> Wide => Gen.Choose(1, 4)
        .SelectMany(rank => Gen.ArrayOf(Gen.Elements(1, 2, 3, 7, 17, 33, 130), rank))
        .Where(lengths => lengths.Aggregate(1, (product, length) => product * length) <= 20_000)
        .Select(lengths => new Shape(lengths));

    /// <summary>Two small shapes that broadcast with each other.</summary>
    public static Gen<(Shape Left, Shape Right)> Broadcastable => BroadcastableOf(Any);

    /// <summary>
    /// Two shapes that broadcast with each other: equal, or with lengths of 1 in either of them, or of different ranks, which may be 0.
    /// </summary>
    public static Gen<(Shape Left, Shape Right)> BroadcastableOf(Gen<Shape> shapes) =>
        from shape in shapes
        from left in Stretchable(shape)
        from right in Stretchable(shape)
        select (left, right);

    /// <summary>Smaller shapes of the same rank. Each length in turn is set to 1, halved, or reduced by 1.</summary>
    public static IEnumerable<Shape> Shrink(Shape shape) =>
        from axis in Enumerable.Range(0, shape.Rank)
        from length in new[] { 1, shape[axis] / 2, shape[axis] - 1 }.Distinct()
        where length >= 1 && length < shape[axis]
        select shape.With(axis, length);

    /// <summary>Pairs with one of the two shapes shrunk that still broadcast with each other.</summary>
    public static IEnumerable<(Shape Left, Shape Right)> Shrink((Shape Left, Shape Right) pair) =>
        Shrink(pair.Left).Select(left => (left, pair.Right)).Concat(Shrink(pair.Right).Select(right => (pair.Left, right)))
            .Where(shrunk => Broadcasts(shrunk.Item1, shrunk.Item2));

    /// <summary>
    /// Shapes that broadcast to <paramref name="shape"/>. At least half of them equal it. In the others, some lengths are 1, or leading
    /// axes are missing.
    /// </summary>
    public static Gen<Shape> Stretchable(Shape shape) => Gen.OneOf(
        Gen.Constant(shape),
        from ones in Gen.ArrayOf(Gen.Choose(0, 1), shape.Rank)
        from dropped in Gen.Choose(-shape.Rank, shape.Rank)
        select new Shape([.. shape.Select((length, axis) => ones[axis] == 0 ? length : 1).Skip(Math.Max(0, dropped))]));

    private static bool Broadcasts(Shape left, Shape right)
    {
        for (int axis = 1; axis <= Math.Min(left.Rank, right.Rank); axis++)
        {
            if (left[-axis] != right[-axis] && left[-axis] != 1 && right[-axis] != 1) return false;
        }

        return true;
    }
}

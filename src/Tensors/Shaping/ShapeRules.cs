using System.ComponentModel;

namespace DeepSharp.Tensors;

/// <summary>The shapes of the results of shaping operations and of matrix products, for tensors and for variables on a tape.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class ShapeRules
{
    /// <summary>[N, C, H, W] to [N, C·H·W]. In general, all axes after the first are merged into one; [N] becomes [N, 1].</summary>
    /// <exception cref="ShapeException">The shape has rank 0.</exception>
    public static Shape Flatten(Shape shape) => shape.Rank > 0
        ? [shape[0], shape.ElementCount / shape[0]]
        : throw new ShapeException("Flatten: expected [N, ...], found a tensor of rank 0.");

    /// <summary>The axes for Permute that transpose [M, N].</summary>
    /// <exception cref="ShapeException">The shape is not of rank 2.</exception>
    public static ReadOnlySpan<int> Transpose(Shape shape) => shape.Rank == 2
        ? [1, 0]
        : throw new ShapeException($"Transpose: expected [M, N], found {shape}; use Permute for other ranks.");

    /// <summary>The start of a slice that begins at <paramref name="start"/> along one axis and at 0 along the others.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such axis.</exception>
    public static int[] StartAt(Shape shape, int axis, int start)
    {
        int[] starts = new int[shape.Rank];
        starts[shape.Axis(axis)] = start;
        return starts;
    }

    /// <summary>The shape and the start of a slice given by ranges for the first axes; the remaining axes are taken whole.</summary>
    /// <exception cref="ShapeException">There are more ranges than axes, or a range is empty or outside its axis.</exception>
    public static Shape Slice(Shape shape, ReadOnlySpan<Range> ranges, out int[] start)
    {
        if (ranges.Length > shape.Rank)
            throw new ShapeException($"Slice: {shape} takes at most {shape.Rank} ranges, found {ranges.Length}.");
        start = new int[shape.Rank];
        int[] lengths = shape.ToArray();
        for (int axis = 0; axis < ranges.Length; axis++)
        {
            int length = lengths[axis], from = ranges[axis].Start.GetOffset(length), to = ranges[axis].End.GetOffset(length);
            if (from < 0 || to > length || from >= to)
                throw new ShapeException($"Slice: the range {ranges[axis]} of axis {axis} is empty or not inside {shape}.");
            (start[axis], lengths[axis]) = (from, to - from);
        }

        return new Shape(lengths);
    }

    /// <summary>The shape with elements added at the start and at the end of each axis.</summary>
    /// <exception cref="ShapeException">The number of values differs from the rank, or a value is negative.</exception>
    public static Shape Pad(Shape shape, ReadOnlySpan<int> before, ReadOnlySpan<int> after)
    {
        if (before.Length != shape.Rank || after.Length != shape.Rank ||
            before.ContainsAnyInRange(int.MinValue, -1) || after.ContainsAnyInRange(int.MinValue, -1))
        {
            throw new ShapeException(
                $"Pad: {shape} needs {shape.Rank} non-negative values before and after; " +
                $"found [{string.Join(", ", before.ToArray())}] and [{string.Join(", ", after.ToArray())}].");
        }

        int[] lengths = shape.ToArray();
        for (int axis = 0; axis < lengths.Length; axis++) lengths[axis] += before[axis] + after[axis];
        return new Shape(lengths);
    }

    /// <summary>The shape of tensors concatenated along an axis.</summary>
    /// <exception cref="ShapeException">The ranks differ, or the shapes differ along another axis.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such axis.</exception>
    public static Shape Concat(int axis, ReadOnlySpan<Shape> shapes)
    {
        int total = 0;
        foreach (var shape in shapes)
        {
            if (shape.Rank != shapes[0].Rank || shape.With(axis, shapes[0][axis]) != shapes[0])
                throw new ShapeException($"Concat: {shapes[0]} and {shape} must be equal on all axes except axis {axis}.");
            total += shape[axis];
        }

        return shapes[0].With(axis, total);
    }

    /// <summary>The shape of the product of two matrices, which must be [M, K] and [K, N] after any transposition.</summary>
    /// <exception cref="ShapeException">The shapes do not fit.</exception>
    public static Shape MatMul(Shape a, Shape b, bool transposeA = false, bool transposeB = false)
    {
        var (row, depth, inner, column) = (transposeA ? 1 : 0, transposeA ? 0 : 1, transposeB ? 1 : 0, transposeB ? 0 : 1);
        return a.Rank == 2 && b.Rank == 2 && a[depth] == b[inner]
            ? [a[row], b[column]]
            : throw new ShapeException($"MatMul: shapes {a} and {b} do not fit; expected [M, K] times [K, N].");
    }
}

namespace DeepSharp.Tensors;

/// <summary>A set of axes to reduce.</summary>
public readonly record struct AxisSet
{
    // Bit i stands for axis i.
    private readonly int bits;

    private AxisSet(int bits) => this.bits = bits;

    /// <summary>The given axes of a shape, or all axes if none are given; −1 is the last one.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such axis.</exception>
    /// <exception cref="ArgumentException">An axis is given twice.</exception>
    public static AxisSet Of(Shape shape, ReadOnlySpan<int> axes)
    {
        if (axes.IsEmpty) return new((1 << shape.Rank) - 1);
        var set = default(AxisSet);
        foreach (int axis in axes)
        {
            int actual = shape.Axis(axis);
            if (set.Contains(actual))
                throw new ArgumentException($"Axis {axis} of {shape} is given twice: [{string.Join(", ", axes.ToArray())}].", nameof(axes));
            set = set.With(actual);
        }

        return set;
    }

    /// <summary>Whether the set is empty.</summary>
    public bool IsEmpty => bits == 0;

    /// <summary>Whether the set contains an axis, which must be counted from the start.</summary>
    public bool Contains(int axis) => (bits >> axis & 1) != 0;

    /// <summary>This set with one axis added, which must be counted from the start.</summary>
    public AxisSet With(int axis) => new(bits | (1 << axis));

    /// <summary>This set without the axes of another set.</summary>
    public AxisSet Without(AxisSet other) => new(bits & ~other.bits);

    /// <summary>The number of elements that are reduced to one result: the product of the lengths of the axes in the set.</summary>
    public int CountIn(Shape shape)
    {
        int count = 1;
        for (int axis = 0; axis < shape.Rank; axis++)
        {
            if (Contains(axis)) count *= shape[axis];
        }

        return count;
    }

    /// <summary>
    /// The shape of the result of a reduction: the axes of the set are kept with length 1 if <paramref name="keepDims"/> is set, else
    /// removed.
    /// </summary>
    public Shape Reduce(Shape shape, bool keepDims)
    {
        Span<int> lengths = stackalloc int[Shape.MaxRank];
        int rank = 0;
        for (int axis = 0; axis < shape.Rank; axis++)
        {
            if (!Contains(axis)) lengths[rank++] = shape[axis];
            else if (keepDims) lengths[rank++] = 1;
        }

        return new Shape(lengths[..rank]);
    }
}

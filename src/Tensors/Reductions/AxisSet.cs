namespace DeepSharp.Tensors;

/// <summary>The axes that a reduction runs over.</summary>
public readonly record struct AxisSet
{
    // Bit i stands for axis i.
    private readonly int bits;

    private AxisSet(int bits) => this.bits = bits;

    /// <summary>The given axes of a shape, where −1 is the last one; without any, all of them.</summary>
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

    /// <summary>Whether it has no axis.</summary>
    public bool IsEmpty => bits == 0;

    /// <summary>Whether a non-negative axis is one of them.</summary>
    public bool Contains(int axis) => (bits >> axis & 1) != 0;

    /// <summary>One axis more.</summary>
    public AxisSet With(int axis) => new(bits | (1 << axis));

    /// <summary>All axes but those of another set.</summary>
    public AxisSet Without(AxisSet other) => new(bits & ~other.bits);

    /// <summary>The number of elements that come together in one result.</summary>
    public int CountIn(Shape shape)
    {
        int count = 1;
        for (int axis = 0; axis < shape.Rank; axis++)
        {
            if (Contains(axis)) count *= shape[axis];
        }

        return count;
    }

    /// <summary>The shape of the result: every axis of the set has length 1 there, or is left out.</summary>
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

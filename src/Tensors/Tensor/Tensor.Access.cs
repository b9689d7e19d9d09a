namespace DeepSharp.Tensors;

public sealed partial class Tensor<T>
{
    /// <summary>The element at the given logical indices; a negative index counts from the end.</summary>
    /// <exception cref="ArgumentException">The number of indices differs from the rank.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An index is outside its axis.</exception>
    /// <exception cref="ObjectDisposedException">The tensor was disposed.</exception>
    public T this[params ReadOnlySpan<int> indices]
    {
        get => Read()[Offset(indices)];
        set => Write()[Offset(indices)] = value;
    }

    /// <summary>The element of a tensor with exactly one element.</summary>
    /// <exception cref="ShapeException">The tensor has more than one element.</exception>
    public T ToScalar() =>
        ElementCount == 1 ? Read()[0] : throw new ShapeException($"ToScalar: {Shape} has {ElementCount} elements, expected 1.");

    /// <summary>The elements in logical row-major order, as a new array.</summary>
    public T[] ToArray()
    {
        T[] elements = new T[ElementCount];
        CopyTo(elements);
        return elements;
    }

    /// <summary>Copies the elements to a span in logical row-major order.</summary>
    /// <exception cref="ArgumentException">The target is too short.</exception>
    public void CopyTo(Span<T> target)
    {
        if (target.Length < ElementCount)
        {
            throw new ArgumentException(
                $"CopyTo: {Shape} has {ElementCount} elements, the target has room for {target.Length}.", nameof(target));
        }

        StorageLayout.ToLogical(Shape, Read(), target);
    }

    /// <summary>Replaces the elements with those of another tensor of the same shape, which may belong to another context.</summary>
    /// <exception cref="ShapeException">The shapes differ.</exception>
    public void CopyFrom(Tensor<T> source)
    {
        ArgumentNullException.ThrowIfNull(source);
        if (source.Shape != Shape) throw new ShapeException($"CopyFrom: {source.Shape} cannot be copied into {Shape}.");
        source.Read().CopyTo(Write());
    }

    /// <summary>Replaces the elements with values given in logical row-major order.</summary>
    /// <exception cref="ShapeException">The number of elements differs.</exception>
    public void CopyFrom(ReadOnlySpan<T> elements)
    {
        if (elements.Length != ElementCount)
            throw new ShapeException($"CopyFrom: {Shape} has {ElementCount} elements, {elements.Length} were given.");
        StorageLayout.ToStorage(Shape, elements, Write());
    }

    private int Offset(ReadOnlySpan<int> indices)
    {
        if (indices.Length != Shape.Rank)
            throw new ArgumentException($"{Shape} takes {Shape.Rank} indices, {indices.Length} were given.", nameof(indices));
        int[] strides = StorageLayout.Strides(Shape);
        int offset = 0;
        for (int axis = 0; axis < indices.Length; axis++)
        {
            int length = Shape[axis], index = indices[axis] < 0 ? indices[axis] + length : indices[axis];
            if ((uint)index >= (uint)length)
                throw new ArgumentOutOfRangeException(nameof(indices), $"Index {indices[axis]} on axis {axis} is outside {Shape}.");
            offset += index * strides[axis];
        }

        return offset;
    }
}

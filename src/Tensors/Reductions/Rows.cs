using System.Numerics;

namespace DeepSharp.Tensors;

/// <summary>
/// Arranges a tensor as rows that are contiguous in memory. A row contains the elements along the reduced axes, in logical order. The rows
/// are in the storage order of the other axes.
/// </summary>
/// <remarks>
/// The kernels for variance, maximum and softmax handle only this layout. If the reduced axes are last in storage (for instance the last
/// axis of a matrix, or the channels of images), the tensor is already stored this way. Otherwise it is copied into this order, and results
/// of the same shape are copied back.
/// </remarks>
internal static class Rows
{
    /// <summary>x as a tensor [rows, row length], or null if x is already stored in this order.</summary>
    public static Tensor<T>? Gather<T>(Tensor<T> x, AxisSet axes)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (AreStorage(x.Shape, axes)) return null;
        var ordered = Order(x.Shape, axes, out int[] strides);
        int length = axes.CountIn(x.Shape);
        var rows = new Tensor<T>([x.ElementCount / length, length], x.Context, "Rows");
        StridedCopy.Run(x.Context, ordered, x.ReadMemory(), strides, rows.WriteMemory(), StorageLayout.RowMajorStrides(ordered));
        return rows;
    }

    /// <summary>The inverse of a <see cref="Gather"/> that copied. Takes ownership of <paramref name="rows"/>.</summary>
    public static Tensor<T> Scatter<T>(Tensor<T> rows, Shape shape, AxisSet axes)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var ordered = Order(shape, axes, out int[] strides);
        var x = new Tensor<T>(shape, rows.Context, "Rows");
        StridedCopy.Run(rows.Context, ordered, rows.ReadMemory(), StorageLayout.RowMajorStrides(ordered), x.WriteMemory(), strides);
        rows.Dispose();
        return x;
    }

    /// <summary>
    /// Whether a tensor is already stored as rows: in the order of the rows, no axis has a larger stride than the axis before it. Axes of
    /// length 1 are ignored.
    /// </summary>
    public static bool AreStorage(Shape shape, AxisSet axes)
    {
        var ordered = Order(shape, axes, out int[] strides);
        int last = int.MaxValue;
        for (int i = 0; i < strides.Length; i++)
        {
            if (ordered[i] == 1) continue;
            if (strides[i] > last) return false;
            last = strides[i];
        }

        return true;
    }

    /// <summary>The lengths and the storage strides of the axes: first the others in storage order, then the reduced axes.</summary>
    private static Shape Order(Shape shape, AxisSet axes, out int[] strides)
    {
        int[] storageStrides = StorageLayout.Strides(shape);
        Span<int> lengths = stackalloc int[shape.Rank];
        strides = new int[shape.Rank];
        int next = 0;
        foreach (int axis in StorageLayout.StorageOrder(shape.Rank))
        {
            if (!axes.Contains(axis)) (lengths[next], strides[next++]) = (shape[axis], storageStrides[axis]);
        }

        for (int axis = 0; axis < shape.Rank; axis++)
        {
            if (axes.Contains(axis)) (lengths[next], strides[next++]) = (shape[axis], storageStrides[axis]);
        }

        return new Shape(lengths);
    }
}

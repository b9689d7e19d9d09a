using System.Numerics;

namespace DeepSharp.Tensors;

/// <summary>
/// A tensor as rows that are contiguous in memory: some axes run along the rows, in logical order; the others count them, in storage order.
/// </summary>
/// <remarks>
/// Row kernels need to know no other layout. For the axes that storage ends with (the last one, or the channels of images) a tensor already lies so;
/// for others it is brought into this order and back.
/// </remarks>
internal static class Rows
{
    /// <summary>x as a tensor [rows, row length], or null where its own storage is that.</summary>
    public static Tensor<T>? Gather<T>(Tensor<T> x, AxisSet axes)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (AreStorage(x.Shape, axes)) return null;
        var box = Order(x.Shape, axes, out int[] strides);
        int length = axes.CountIn(x.Shape);
        var rows = new Tensor<T>([x.ElementCount / length, length], x.Context, "Rows");
        StridedCopy.Run(x.Context, box, x.ReadMemory(), strides, rows.WriteMemory(), StorageLayout.RowMajorStrides(box));
        return rows;
    }

    /// <summary>The inverse of <see cref="Gather"/>, where that is not null. Takes ownership of <paramref name="rows"/>.</summary>
    public static Tensor<T> Scatter<T>(Tensor<T> rows, Shape shape, AxisSet axes)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var box = Order(shape, axes, out int[] strides);
        var x = new Tensor<T>(shape, rows.Context, "Rows");
        StridedCopy.Run(rows.Context, box, rows.ReadMemory(), StorageLayout.RowMajorStrides(box), x.WriteMemory(), strides);
        rows.Dispose();
        return x;
    }

    /// <summary>Whether storage order is the order of rows: strides that shrink from axis to axis, but for axes of length 1.</summary>
    public static bool AreStorage(Shape shape, AxisSet axes)
    {
        var box = Order(shape, axes, out int[] strides);
        int last = int.MaxValue;
        for (int i = 0; i < strides.Length; i++)
        {
            if (box[i] == 1) continue;
            if (strides[i] > last) return false;
            last = strides[i];
        }

        return true;
    }

    /// <summary>The lengths and the storage strides of the axes, in the order of rows.</summary>
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

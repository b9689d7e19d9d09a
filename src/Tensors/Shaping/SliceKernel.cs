using System.Numerics;

namespace DeepSharp.Tensors;

/// <summary>A box cut out of a tensor, and a box set into one.</summary>
internal static class SliceKernel
{
    /// <summary>The elements of x from <paramref name="start"/> onward, as many as <paramref name="shape"/> says along each axis.</summary>
    /// <exception cref="ShapeException">The slice is out of range.</exception>
    public static Tensor<T> Cut<T>(Tensor<T> x, ReadOnlySpan<int> start, Shape shape)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int offset = Offset("Slice", x.Shape, start, shape);
        var y = new Tensor<T>(shape, x.Context, "Slice");
        StridedCopy.Run(x.Context, shape, x.ReadMemory()[offset..], StorageLayout.Strides(x.Shape), y.WriteMemory(), StorageLayout.Strides(shape));
        return y;
    }

    /// <summary>Overwrites the elements of <paramref name="target"/> from <paramref name="start"/> onward by x.</summary>
    /// <exception cref="ShapeException">The slice is out of range.</exception>
    public static void Set<T>(Tensor<T> target, ReadOnlySpan<int> start, Tensor<T> x)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int offset = Offset("SetSlice", target.Shape, start, x.Shape);
        StridedCopy.Run(x.Context, x.Shape, x.ReadMemory(), StorageLayout.Strides(x.Shape), target.WriteMemory()[offset..], StorageLayout.Strides(target.Shape));
    }

    private static int Offset(string operation, Shape whole, ReadOnlySpan<int> start, Shape box)
    {
        bool inside = start.Length == whole.Rank && box.Rank == whole.Rank;
        for (int axis = 0; inside && axis < whole.Rank; axis++) inside = start[axis] >= 0 && start[axis] <= whole[axis] - box[axis];
        if (!inside) throw new ShapeException($"{operation}: a box {box} at [{string.Join(", ", start.ToArray())}] is not inside {whole}.");
        int offset = 0;
        int[] strides = StorageLayout.Strides(whole);
        for (int axis = 0; axis < whole.Rank; axis++) offset += start[axis] * strides[axis];
        return offset;
    }
}

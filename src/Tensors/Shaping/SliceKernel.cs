using System.Numerics;

namespace DeepSharp.Tensors;

/// <summary>Copies a slice out of a tensor, or overwrites a slice of a tensor.</summary>
internal static class SliceKernel
{
    /// <summary>The slice of x that begins at the indices <paramref name="start"/> and has the given shape.</summary>
    /// <exception cref="ShapeException">The slice is out of range.</exception>
    public static Tensor<T> Cut<T>(Tensor<T> x, ReadOnlySpan<int> start, Shape shape)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int offset = Offset("Slice", x.Shape, start, shape);
        var y = new Tensor<T>(shape, x.Context, "Slice");
        StridedCopy.Run(
            x.Context,
            shape,
            x.ReadMemory()[offset..],
            StorageLayout.Strides(x.Shape),
            y.WriteMemory(),
            StorageLayout.Strides(shape));
        return y;
    }

    /// <summary>Overwrites with x the slice of <paramref name="target"/> that begins at the indices <paramref name="start"/>.</summary>
    /// <exception cref="ShapeException">The slice is out of range.</exception>
    public static void Set<T>(Tensor<T> target, ReadOnlySpan<int> start, Tensor<T> x)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int offset = Offset("SetSlice", target.Shape, start, x.Shape);
        StridedCopy.Run(
            x.Context,
            x.Shape,
            x.ReadMemory(),
            StorageLayout.Strides(x.Shape),
            target.WriteMemory()[offset..],
            StorageLayout.Strides(target.Shape));
    }

    private static int Offset(string operation, Shape whole, ReadOnlySpan<int> start, Shape shape)
    {
        bool inside = start.Length == whole.Rank && shape.Rank == whole.Rank;
        for (int axis = 0; inside && axis < whole.Rank; axis++) inside = start[axis] >= 0 && start[axis] <= whole[axis] - shape[axis];
        if (!inside)
        {
            throw new ShapeException(
                $"{operation}: a slice {shape} at [{string.Join(", ", start.ToArray())}] is out of range for {whole}.");
        }

        int offset = 0;
        int[] strides = StorageLayout.Strides(whole);
        for (int axis = 0; axis < whole.Rank; axis++) offset += start[axis] * strides[axis];
        return offset;
    }
}

using System.Numerics;

namespace DeepSharp.Tensors;

/// <summary>Broadcasts a tensor to a given shape by PyTorch's rule.</summary>
internal static class ExpandKernel
{
    /// <summary>x, repeated along the axes that it lacks or whose length is 1.</summary>
    /// <exception cref="ShapeException">x does not broadcast to <paramref name="shape"/>.</exception>
    public static Tensor<T> Run<T>(Tensor<T> x, Shape shape)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (Shape.Broadcast("Expand", x.Shape, shape) != shape)
            throw new ShapeException($"Expand: {x.Shape} does not broadcast to {shape}.");
        var y = new Tensor<T>(shape, x.Context, "Expand");
        // Shapes are aligned at the last axis. A source stride of 0 repeats an element.
        Span<int> sourceStrides = stackalloc int[shape.Rank];
        int[] strides = StorageLayout.Strides(x.Shape);
        int missing = shape.Rank - x.Shape.Rank;
        for (int axis = 0; axis < shape.Rank; axis++)
            sourceStrides[axis] = axis < missing || x.Shape[axis - missing] == 1 ? 0 : strides[axis - missing];
        StridedCopy.Run(x.Context, shape, x.ReadMemory(), sourceStrides, y.WriteMemory(), StorageLayout.Strides(shape));
        return y;
    }
}

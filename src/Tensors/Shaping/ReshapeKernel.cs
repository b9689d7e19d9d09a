using System.Numerics;

namespace DeepSharp.Tensors;

/// <summary>The same elements, in the same logical row-major order, in another shape.</summary>
internal static class ReshapeKernel
{
    /// <summary>
    /// Copies x into a tensor of <paramref name="shape"/>. The order in storage changes only if one of them is not stored row-major.
    /// </summary>
    /// <exception cref="ShapeException">The number of elements differs.</exception>
    public static Tensor<T> Run<T>(Tensor<T> x, Shape shape)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (shape.ElementCount != x.ElementCount)
            throw new ShapeException($"Reshape: {x.Shape} has {x.ElementCount} elements, {shape} has {shape.ElementCount}.");
        var y = new Tensor<T>(shape, x.Context, "Reshape");
        var (source, target) = (x.ReadMemory(), y.WriteMemory());
        if (StorageLayout.IsRowMajor(shape) || x.Shape == shape)
        {
            var strides = x.Shape == shape ? StorageLayout.Strides(shape) : StorageLayout.RowMajorStrides(x.Shape);
            StridedCopy.Run(x.Context, x.Shape, source, StorageLayout.Strides(x.Shape), target, strides);
        }
        else if (StorageLayout.IsRowMajor(x.Shape))
        {
            StridedCopy.Run(x.Context, shape, source, StorageLayout.RowMajorStrides(shape), target, StorageLayout.Strides(shape));
        }
        else
        {
            // Channels-last to channels-last with different lengths: copy to logical order first, which is the same for both.
            using var logical = Run(x, [x.ElementCount]);
            StridedCopy.Run(
                x.Context, shape, logical.ReadMemory(), StorageLayout.RowMajorStrides(shape), target, StorageLayout.Strides(shape));
        }

        return y;
    }
}

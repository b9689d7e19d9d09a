using System.Numerics;

namespace DeepSharp.Tensors;

/// <summary>Reorders the axes of a tensor; for rank 2, the transpose.</summary>
internal static class PermuteKernel
{
    /// <summary>Axis i of the result is axis <paramref name="axes"/>[i] of x.</summary>
    /// <exception cref="ArgumentException">The axes do not contain each axis of x exactly once.</exception>
    public static Tensor<T> Run<T>(Tensor<T> x, ReadOnlySpan<int> axes)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        // AxisSet.Of throws if an axis does not exist or is given twice.
        if (AxisSet.Of(x.Shape, axes) != AxisSet.Of(x.Shape, []) || axes.Length != x.Shape.Rank)
        {
            throw new ArgumentException(
                $"Permute: {x.Shape} needs each of its {x.Shape.Rank} axes once, found [{string.Join(", ", axes.ToArray())}].",
                nameof(axes));
        }

        Span<int> lengths = stackalloc int[axes.Length], sourceStrides = stackalloc int[axes.Length];
        int[] strides = StorageLayout.Strides(x.Shape);
        for (int i = 0; i < axes.Length; i++)
        {
            lengths[i] = x.Shape[axes[i]];
            sourceStrides[i] = strides[x.Shape.Axis(axes[i])];
        }

        var y = new Tensor<T>(new Shape(lengths), x.Context, "Permute");
        StridedCopy.Run(x.Context, y.Shape, x.ReadMemory(), sourceStrides, y.WriteMemory(), StorageLayout.Strides(y.Shape));
        return y;
    }
}

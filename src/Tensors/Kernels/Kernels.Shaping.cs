using System.Numerics;

namespace DeepSharp.Tensors;

public partial class Kernels
{
    /// <summary>The same elements in logical row-major order under another shape.</summary>
    public virtual Tensor<T> Reshape<T>(Tensor<T> x, Shape shape)
        where T : unmanaged, IFloatingPointIeee754<T> => ReshapeKernel.Run(x, shape);

    /// <summary>The axes in another order: axis i of the result is axis <paramref name="axes"/>[i] of x.</summary>
    public virtual Tensor<T> Permute<T>(Tensor<T> x, ReadOnlySpan<int> axes)
        where T : unmanaged, IFloatingPointIeee754<T> => PermuteKernel.Run(x, axes);

    /// <summary>A box of x: from <paramref name="start"/> onward, of the given shape.</summary>
    public virtual Tensor<T> Slice<T>(Tensor<T> x, ReadOnlySpan<int> start, Shape shape)
        where T : unmanaged, IFloatingPointIeee754<T> => SliceKernel.Cut(x, start, shape);

    /// <summary>Overwrites a box of <paramref name="target"/>, from <paramref name="start"/> onward, by x.</summary>
    public virtual void SetSlice<T>(Tensor<T> target, ReadOnlySpan<int> start, Tensor<T> x)
        where T : unmanaged, IFloatingPointIeee754<T> => SliceKernel.Set(target, start, x);

    /// <summary>x stretched to a larger shape by the broadcasting rule.</summary>
    public virtual Tensor<T> Expand<T>(Tensor<T> x, Shape shape)
        where T : unmanaged, IFloatingPointIeee754<T> => ExpandKernel.Run(x, shape);
}

using System.ComponentModel;
using System.Numerics;

namespace DeepSharp.Tensors;

public partial class Kernels
{
    /// <summary>The same elements, in the same logical row-major order, in another shape.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public virtual Tensor<T> Reshape<T>(Tensor<T> x, Shape shape)
        where T : unmanaged, IFloatingPointIeee754<T> => ReshapeKernel.Run(x, shape);

    /// <summary>Reorders the axes: axis i of the result is axis <paramref name="axes"/>[i] of x.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public virtual Tensor<T> Permute<T>(Tensor<T> x, ReadOnlySpan<int> axes)
        where T : unmanaged, IFloatingPointIeee754<T> => PermuteKernel.Run(x, axes);

    /// <summary>The slice of x that has the given shape and starts at the indices <paramref name="start"/>.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public virtual Tensor<T> Slice<T>(Tensor<T> x, ReadOnlySpan<int> start, Shape shape)
        where T : unmanaged, IFloatingPointIeee754<T> => SliceKernel.Cut(x, start, shape);

    /// <summary>Copies x into the slice of <paramref name="target"/> that starts at the indices <paramref name="start"/>.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public virtual void SetSlice<T>(Tensor<T> target, ReadOnlySpan<int> start, Tensor<T> x)
        where T : unmanaged, IFloatingPointIeee754<T> => SliceKernel.Set(target, start, x);

    /// <summary>x broadcast to <paramref name="shape"/>.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public virtual Tensor<T> Expand<T>(Tensor<T> x, Shape shape)
        where T : unmanaged, IFloatingPointIeee754<T> => ExpandKernel.Run(x, shape);

    /// <summary>x padded with a constant: along axis i, <c>before[i]</c> elements before x and <c>after[i]</c> after it.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public Tensor<T> Pad<T>(Tensor<T> x, ReadOnlySpan<int> before, ReadOnlySpan<int> after, double value)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var padded = Tensor<T>.Full(ShapeRules.Pad(x.Shape, before, after), T.CreateTruncating(value), x.Context);
        SetSlice(padded, before, x);
        return padded;
    }

    /// <summary>Concatenates tensors along a non-negative axis.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public Tensor<T> Concat<T>(int axis, params ReadOnlySpan<Tensor<T>> parts)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Shape[] shapes = Array.ConvertAll(parts.ToArray(), part => part.Shape);
        var whole = new Tensor<T>(ShapeRules.Concat(axis, shapes), parts[0].Context, nameof(Concat));
        int[] start = new int[whole.Shape.Rank];
        for (int i = 0; i < parts.Length; start[axis] += shapes[i++][axis])
        {
            whole.RequireSameContext(parts[i], nameof(Concat));
            SetSlice(whole, start, parts[i]);
        }

        return whole;
    }
}

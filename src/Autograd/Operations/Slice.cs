using System.Numerics;
using DeepSharp.Tensors;

namespace DeepSharp.Autograd;

/// <summary>A box cut out of a tensor.</summary>
internal sealed class Slice<T> : Operation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly int[] start;
    private readonly Shape shape;

    /// <summary>The operation for a box: where it starts along each axis, and its lengths.</summary>
    public Slice(ReadOnlySpan<int> start, Shape shape) => (this.start, this.shape) = (start.ToArray(), shape);

    /// <inheritdoc/>
    protected override Tensor<T> Forward() => Kernels.Slice(Input(0), start, shape);

    /// <inheritdoc/>
    // dx = dy inside the box, 0 outside
    protected override void Backward(Tensor<T> upstream)
    {
        var gradient = Tensor<T>.Zeros(InputShape(0), upstream.Context);
        Kernels.SetSlice(gradient, start, upstream);
        Propagate(0, gradient);
    }
}

public static partial class VariableOperations
{
    /// <summary>A box of <paramref name="x"/>.</summary>
    /// <param name="x">A tensor of any rank.</param>
    /// <param name="start">The first index along each axis.</param>
    /// <param name="shape">The number of indices along each axis.</param>
    /// <exception cref="ShapeException">The box is not inside <paramref name="x"/>.</exception>
    public static Variable<T> Slice<T>(this Variable<T> x, ReadOnlySpan<int> start, Shape shape)
        where T : unmanaged, IFloatingPointIeee754<T> => new Slice<T>(start, shape).Apply(x);

    /// <summary>The indices from <paramref name="start"/> onward, <paramref name="length"/> of them, along one axis, and all along the others.</summary>
    /// <exception cref="ShapeException">The axis has not so many.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such axis.</exception>
    public static Variable<T> Slice<T>(this Variable<T> x, int axis, int start, int length)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(x);
        Span<int> first = stackalloc int[x.Shape.Rank];
        first.Clear();
        first[x.Shape.Axis(axis)] = start;
        return x.Slice(first, x.Shape.With(axis, length));
    }
}

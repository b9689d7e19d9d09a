using System.Numerics;
using DeepSharp.Tensors;

namespace DeepSharp.Autograd;

/// <summary>The same elements, in the same logical row-major order, in another shape.</summary>
internal sealed class ReshapeOperation<T>(Shape shape) : Operation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    protected override Tensor<T> Forward() => Kernels.Reshape(Input(0), shape);

    /// <inheritdoc/>
    protected override void Backward(Tensor<T> upstream) => Propagate(0, Kernels.Reshape(upstream, InputShape(0)));
}

/// <summary>Reorders the axes: axis i of the result is axis <c>axes[i]</c> of x.</summary>
internal sealed class PermuteOperation<T>(int[] axes) : Operation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    protected override Tensor<T> Forward() => Kernels.Permute(Input(0), axes);

    /// <inheritdoc/>
    // The inverse permutation restores the original order of the axes.
    protected override void Backward(Tensor<T> upstream)
    {
        Span<int> inverse = stackalloc int[axes.Length];
        for (int i = 0; i < axes.Length; i++) inverse[InputShape(0).Axis(axes[i])] = i;
        Propagate(0, Kernels.Permute(upstream, inverse));
    }
}

/// <summary>A slice of a tensor.</summary>
internal sealed class SliceOperation<T>(int[] start, Shape shape) : Operation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    protected override Tensor<T> Forward() => Kernels.Slice(Input(0), start, shape);

    /// <inheritdoc/>
    // dx = dy inside the slice, 0 outside
    protected override void Backward(Tensor<T> upstream)
    {
        var gradient = Tensor<T>.Zeros(InputShape(0), upstream.Context);
        Kernels.SetSlice(gradient, start, upstream);
        Propagate(0, gradient);
    }
}

/// <summary>A tensor padded with a constant.</summary>
internal sealed class PadOperation<T>(int[] before, int[] after, double value) : Operation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    protected override Tensor<T> Forward() => Kernels.Pad(Input(0), before, after, value);

    /// <inheritdoc/>
    // The padding does not depend on x, so dx is dy without the padding.
    protected override void Backward(Tensor<T> upstream) => Propagate(0, Kernels.Slice(upstream, before, InputShape(0)));
}

/// <summary>Tensors joined along an axis.</summary>
internal sealed class ConcatOperation<T>(int axis) : Operation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    protected override Tensor<T> Forward() => Kernels.Concat(axis, [.. Enumerable.Range(0, InputCount).Select(Input)]);

    /// <inheritdoc/>
    // Each input gets its slice of dy.
    protected override void Backward(Tensor<T> upstream)
    {
        int[] start = new int[upstream.Shape.Rank];
        for (int i = 0; i < InputCount; start[axis] += InputShape(i++)[axis])
        {
            if (Needs(i)) Propagate(i, Kernels.Slice(upstream, start, InputShape(i)));
        }
    }
}

public static partial class VariableOperations
{
    extension<T>(Variable<T> x)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        /// <summary>The same elements, in the same logical order, in another shape.</summary>
        /// <param name="shape">A shape with the same number of elements.</param>
        /// <exception cref="ShapeException">The number of elements differs.</exception>
        public Variable<T> Reshape(Shape shape) => new ReshapeOperation<T>(shape).Apply(x);

        /// <summary>
        /// Flattens images [N, C, H, W] to rows [N, C·H·W] in C, H, W order, as PyTorch does. In general, merges all axes after the first;
        /// [N] becomes [N, 1].
        /// </summary>
        /// <exception cref="ShapeException">The tensor has rank 0.</exception>
        public Variable<T> Flatten() => x.Reshape(ShapeRules.Flatten(x.Shape));

        /// <summary>Reorders the axes.</summary>
        /// <param name="axes">For each axis of the result, the axis of x that it comes from; −1 is the last one.</param>
        /// <exception cref="ArgumentException">The axes are not a permutation of the axes of x.</exception>
        public Variable<T> Permute(params ReadOnlySpan<int> axes) => new PermuteOperation<T>(axes.ToArray()).Apply(x);

        /// <summary>The transpose: [M, N] to [N, M].</summary>
        /// <exception cref="ShapeException">The tensor is not of rank 2.</exception>
        public Variable<T> Transpose() => x.Permute(ShapeRules.Transpose(x.Shape));

        /// <summary>A slice of x.</summary>
        /// <param name="start">The first index along each axis.</param>
        /// <param name="shape">The number of indices along each axis.</param>
        /// <exception cref="ShapeException">The slice is out of range.</exception>
        public Variable<T> Slice(ReadOnlySpan<int> start, Shape shape) => new SliceOperation<T>(start.ToArray(), shape).Apply(x);

        /// <summary>A range of indices along one axis, and all indices along the others.</summary>
        /// <param name="axis">The axis; −1 is the last one.</param>
        /// <param name="start">The first index.</param>
        /// <param name="length">The number of indices.</param>
        /// <exception cref="ShapeException">The slice is out of range.</exception>
        /// <exception cref="ArgumentOutOfRangeException">There is no such axis.</exception>
        /// <exception cref="ArgumentException">The length is below 1.</exception>
        public Variable<T> Slice(int axis, int start, int length) =>
            x.Slice(ShapeRules.StartAt(x.Shape, axis, start), x.Shape.With(axis, length));

        /// <summary>A slice of x given by a range for each axis: <c>x.Slice(1..3, .., ..^1)</c>.</summary>
        /// <param name="ranges">Ranges for the first axes; the remaining axes are taken whole.</param>
        /// <exception cref="ShapeException">There are more ranges than axes, or a range is empty or outside its axis.</exception>
        public Variable<T> Slice(params ReadOnlySpan<Range> ranges)
        {
            var shape = ShapeRules.Slice(x.Shape, ranges, out int[] start);
            return x.Slice(start, shape);
        }

        /// <summary>Pads x with a constant.</summary>
        /// <param name="before">The number of elements added before the first index of each axis.</param>
        /// <param name="after">The number of elements added after the last index of each axis.</param>
        /// <param name="value">The constant.</param>
        /// <exception cref="ShapeException">A list does not have one count for each axis, or a count is negative.</exception>
        public Variable<T> Pad(ReadOnlySpan<int> before, ReadOnlySpan<int> after, double value = 0) =>
            new PadOperation<T>(before.ToArray(), after.ToArray(), value).Apply(x);

        /// <summary>Joins x and <paramref name="others"/> along an axis.</summary>
        /// <param name="axis">The axis; −1 is the last one.</param>
        /// <param name="others">Tensors of the same shape except for the length of that axis.</param>
        /// <exception cref="ShapeException">The ranks differ, or the shapes differ along another axis.</exception>
        /// <exception cref="ArgumentOutOfRangeException">There is no such axis.</exception>
        public Variable<T> Concat(int axis, params ReadOnlySpan<Variable<T>> others) =>
            new ConcatOperation<T>(x.Shape.Axis(axis)).Apply([x, .. others]);
    }
}

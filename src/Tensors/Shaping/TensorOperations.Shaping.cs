using System.Numerics;

namespace DeepSharp.Tensors;

public static partial class TensorOperations
{
    extension<T>(Tensor<T> x)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        /// <summary>The same elements, in the same logical order, in another shape.</summary>
        /// <param name="shape">A shape with the same number of elements.</param>
        /// <exception cref="ShapeException">The number of elements differs.</exception>
        public Tensor<T> Reshape(Shape shape) => x.Context.Kernels.Reshape(x, shape);

        /// <summary>
        /// Flattens images [N, C, H, W] to rows [N, C·H·W] in C, H, W order, as PyTorch does. In general, merges all axes after the first;
        /// [N] becomes [N, 1].
        /// </summary>
        /// <exception cref="ShapeException">The tensor has rank 0.</exception>
        public Tensor<T> Flatten() => x.Reshape(ShapeRules.Flatten(x.Shape));

        /// <summary>Reorders the axes.</summary>
        /// <param name="axes">For each axis of the result, the axis of x that it comes from; −1 is the last one.</param>
        /// <exception cref="ArgumentException">The axes do not contain each axis of x exactly once.</exception>
        public Tensor<T> Permute(params ReadOnlySpan<int> axes) => x.Context.Kernels.Permute(x, axes);

        /// <summary>The transpose: [M, N] to [N, M].</summary>
        /// <exception cref="ShapeException">The tensor is not of rank 2.</exception>
        public Tensor<T> Transpose() => x.Permute(ShapeRules.Transpose(x.Shape));

        /// <summary>A slice of x.</summary>
        /// <param name="start">The first index along each axis.</param>
        /// <param name="shape">The number of indices along each axis.</param>
        /// <exception cref="ShapeException">The slice is out of range.</exception>
        public Tensor<T> Slice(ReadOnlySpan<int> start, Shape shape) => x.Context.Kernels.Slice(x, start, shape);

        /// <summary>A range of indices along one axis, and all indices along the others.</summary>
        /// <param name="axis">The axis; −1 is the last one.</param>
        /// <param name="start">The first index.</param>
        /// <param name="length">The number of indices.</param>
        /// <exception cref="ShapeException">The slice is out of range.</exception>
        /// <exception cref="ArgumentOutOfRangeException">There is no such axis.</exception>
        /// <exception cref="ArgumentException">The length is below 1.</exception>
        public Tensor<T> Slice(int axis, int start, int length) =>
            x.Slice(ShapeRules.StartAt(x.Shape, axis, start), x.Shape.With(axis, length));

        /// <summary>A slice of x given by a range for each axis: <c>x.Slice(1..3, .., ..^1)</c>.</summary>
        /// <param name="ranges">Ranges for the first axes; the remaining axes are taken whole.</param>
        /// <exception cref="ShapeException">There are more ranges than axes, or a range is empty or outside its axis.</exception>
        public Tensor<T> Slice(params ReadOnlySpan<Range> ranges)
        {
            var shape = ShapeRules.Slice(x.Shape, ranges, out int[] start);
            return x.Slice(start, shape);
        }

        /// <summary>Pads x with a constant.</summary>
        /// <param name="before">The number of elements added before the first index of each axis.</param>
        /// <param name="after">The number of elements added after the last index of each axis.</param>
        /// <param name="value">The constant.</param>
        /// <exception cref="ShapeException">The number of values differs from the rank, or a value is negative.</exception>
        public Tensor<T> Pad(ReadOnlySpan<int> before, ReadOnlySpan<int> after, double value = 0) =>
            x.Context.Kernels.Pad(x, before, after, value);

        /// <summary>Concatenates x and <paramref name="others"/> along an axis.</summary>
        /// <param name="axis">The axis; −1 is the last one.</param>
        /// <param name="others">Tensors of the same shape as x, except along that axis.</param>
        /// <exception cref="ShapeException">The ranks differ, or the shapes differ along another axis.</exception>
        /// <exception cref="ArgumentOutOfRangeException">There is no such axis.</exception>
        /// <exception cref="InvalidOperationException">The tensors belong to different contexts.</exception>
        public Tensor<T> Concat(int axis, params ReadOnlySpan<Tensor<T>> others) =>
            x.Context.Kernels.Concat(x.Shape.Axis(axis), [x, .. others]);

        /// <summary>The matrix product of x [M, K] and <paramref name="y"/> [K, N].</summary>
        /// <param name="y">The right factor.</param>
        /// <exception cref="ShapeException">The shapes do not fit.</exception>
        /// <exception cref="InvalidOperationException">The tensors belong to different contexts.</exception>
        public Tensor<T> MatMul(Tensor<T> y) => x.Context.Kernels.MatMul(x, y);
    }
}

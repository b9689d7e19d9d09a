using System.Numerics;

namespace DeepSharp.Tensors;

public static partial class TensorOperations
{
    extension<T>(Tensor<T> x)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        /// <summary>The sum over <paramref name="axes"/>, or over all elements if none are given.</summary>
        /// <param name="axes">The axes; −1 is the last one.</param>
        /// <param name="keepDims">Whether the axes are kept with length 1 or removed.</param>
        /// <exception cref="ArgumentException">An axis does not exist or is given twice.</exception>
        public Tensor<T> Sum(ReadOnlySpan<int> axes = default, bool keepDims = false) =>
            x.Context.Kernels.Sum(x, AxisSet.Of(x.Shape, axes), keepDims);

        /// <summary>The mean over <paramref name="axes"/>, or over all elements if none are given.</summary>
        /// <param name="axes">The axes; −1 is the last one.</param>
        /// <param name="keepDims">Whether the axes are kept with length 1 or removed.</param>
        /// <exception cref="ArgumentException">An axis does not exist or is given twice.</exception>
        public Tensor<T> Mean(ReadOnlySpan<int> axes = default, bool keepDims = false) =>
            x.Context.Kernels.Mean(x, AxisSet.Of(x.Shape, axes), keepDims);

        /// <summary>The variance over <paramref name="axes"/>, or over all elements if none are given.</summary>
        /// <param name="axes">The axes; −1 is the last one.</param>
        /// <param name="unbiased">Whether to divide by n − 1 (Bessel's correction; NaN for a single element) or by n.</param>
        /// <param name="keepDims">Whether the axes are kept with length 1 or removed.</param>
        /// <exception cref="ArgumentException">An axis does not exist or is given twice.</exception>
        public Tensor<T> Variance(ReadOnlySpan<int> axes = default, bool unbiased = true, bool keepDims = false) =>
            x.Context.Kernels.Variance(x, AxisSet.Of(x.Shape, axes), unbiased, keepDims);

        /// <summary>The largest element over <paramref name="axes"/>, or of all elements if none are given; NaN if one is NaN.</summary>
        /// <param name="axes">The axes; −1 is the last one.</param>
        /// <param name="keepDims">Whether the axes are kept with length 1 or removed.</param>
        /// <exception cref="ArgumentException">An axis does not exist or is given twice.</exception>
        public Tensor<T> Max(ReadOnlySpan<int> axes = default, bool keepDims = false)
        {
            var max = x.Context.Kernels.Max(x, AxisSet.Of(x.Shape, axes), keepDims, out var positions);
            positions.Dispose();
            return max;
        }

        /// <summary>
        /// The index of the largest element along an axis, for every combination of indices of the other axes, in logical row-major order.
        /// </summary>
        /// <param name="axis">The axis; −1 is the last one, for example the classes of logits [N, classes].</param>
        /// <returns>One index for each combination. Of equal elements, the first is selected. NaN is larger than any number.</returns>
        /// <exception cref="ArgumentOutOfRangeException">There is no such axis.</exception>
        public int[] ArgMax(int axis = -1) => x.Context.Kernels.ArgMax(x, axis);

        /// <summary>Softmax along an axis, exp(x) / Σ exp(x): nonnegative values that sum to 1.</summary>
        /// <param name="axis">The axis; −1 is the last one, for example the classes of logits [N, classes].</param>
        /// <exception cref="ArgumentOutOfRangeException">There is no such axis.</exception>
        public Tensor<T> Softmax(int axis = -1) => x.Context.Kernels.Softmax(x, x.Shape.Axis(axis));

        /// <summary>The logarithm of softmax along an axis, x − log Σ exp(x). For finite x it is finite even where softmax is 0.</summary>
        /// <param name="axis">The axis; −1 is the last one, for example the classes of logits [N, classes].</param>
        /// <exception cref="ArgumentOutOfRangeException">There is no such axis.</exception>
        public Tensor<T> LogSoftmax(int axis = -1) => x.Context.Kernels.LogSoftmax(x, x.Shape.Axis(axis));
    }
}

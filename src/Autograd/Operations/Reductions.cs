using System.Numerics;
using DeepSharp.Tensors;

namespace DeepSharp.Autograd;

/// <summary>The sum over some axes.</summary>
internal sealed class SumOperation<T>(AxisSet axes, bool keepDims) : Operation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    protected override Tensor<T> Forward() => Kernels.Sum(Input(0), axes, keepDims);

    /// <inheritdoc/>
    // dx = dy, repeated over the axes
    protected override void Backward(Tensor<T> upstream) => Propagate(0, Kernels.SumBackward(upstream, axes, InputShape(0)));
}

/// <summary>The mean over some axes.</summary>
internal sealed class MeanOperation<T>(AxisSet axes, bool keepDims) : Operation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    protected override Tensor<T> Forward() => Kernels.Mean(Input(0), axes, keepDims);

    /// <inheritdoc/>
    // dx = dy / n, repeated over the axes
    protected override void Backward(Tensor<T> upstream) => Propagate(0, Kernels.MeanBackward(upstream, axes, InputShape(0)));
}

/// <summary>The variance over some axes: Σ (x − mean)² / (n − 1), or / n if biased.</summary>
internal sealed class VarianceOperation<T>(AxisSet axes, bool unbiased, bool keepDims) : Operation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    protected override Tensor<T> Forward() => Kernels.Variance(Input(0), axes, unbiased, keepDims);

    /// <inheritdoc/>
    // dx = 2·(x − mean)·dy / (n − 1), or / n if biased. The gradient through the mean is zero, because Σ (x − mean) = 0.
    protected override void Backward(Tensor<T> upstream) => Propagate(0, Kernels.VarianceBackward(Input(0), upstream, axes, unbiased));
}

/// <summary>
/// The largest element over some axes. Of equal elements, the first in logical order gets the whole gradient, as in PyTorch's max over a
/// dimension.
/// </summary>
internal sealed class MaxOperation<T>(AxisSet axes, bool keepDims) : Operation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private PooledMemory<int>? positions;

    /// <inheritdoc/>
    protected override Tensor<T> Forward() => Kernels.Max(Input(0), axes, keepDims, out positions);

    /// <inheritdoc/>
    // dx = dy at the largest element, else 0
    protected override void Backward(Tensor<T> upstream) =>
        Propagate(0, Kernels.MaxBackward(upstream, positions!.Memory, axes, InputShape(0)));

    /// <inheritdoc/>
    protected override void ReleaseSaved() => positions?.Dispose();
}

/// <summary>Softmax along one axis: exp(x) / Σ exp(x).</summary>
internal sealed class SoftmaxOperation<T>(int axis) : Operation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    protected override Tensor<T> Forward() => Kernels.Softmax(Input(0), axis);

    /// <inheritdoc/>
    // dx = y·(dy − Σ y·dy)
    protected override void Backward(Tensor<T> upstream) => Propagate(0, Kernels.SoftmaxBackward(Output, upstream, axis));
}

/// <summary>The logarithm of softmax along one axis: x − log Σ exp(x).</summary>
internal sealed class LogSoftmaxOperation<T>(int axis) : Operation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    protected override Tensor<T> Forward() => Kernels.LogSoftmax(Input(0), axis);

    /// <inheritdoc/>
    // dx = dy − exp(y)·Σ dy
    protected override void Backward(Tensor<T> upstream) => Propagate(0, Kernels.LogSoftmaxBackward(Output, upstream, axis));
}

public static partial class VariableOperations
{
    extension<T>(Variable<T> x)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        /// <summary>The sum over <paramref name="axes"/>, or over all elements if none are given.</summary>
        /// <param name="axes">The axes; −1 is the last one.</param>
        /// <param name="keepDims">Whether the reduced axes are kept with length 1 instead of removed.</param>
        /// <exception cref="ArgumentException">An axis does not exist or is given twice.</exception>
        public Variable<T> Sum(ReadOnlySpan<int> axes = default, bool keepDims = false) =>
            new SumOperation<T>(AxisSet.Of(x.Shape, axes), keepDims).Apply(x);

        /// <summary>The mean over <paramref name="axes"/>, or over all elements if none are given.</summary>
        /// <param name="axes">The axes; −1 is the last one.</param>
        /// <param name="keepDims">Whether the reduced axes are kept with length 1 instead of removed.</param>
        /// <exception cref="ArgumentException">An axis does not exist or is given twice.</exception>
        public Variable<T> Mean(ReadOnlySpan<int> axes = default, bool keepDims = false) =>
            new MeanOperation<T>(AxisSet.Of(x.Shape, axes), keepDims).Apply(x);

        /// <summary>The variance over <paramref name="axes"/>, or over all elements if none are given.</summary>
        /// <param name="axes">The axes; −1 is the last one.</param>
        /// <param name="unbiased">Whether to divide by n − 1 (Bessel's correction; one element then gives NaN) or by n.</param>
        /// <param name="keepDims">Whether the reduced axes are kept with length 1 instead of removed.</param>
        /// <exception cref="ArgumentException">An axis does not exist or is given twice.</exception>
        public Variable<T> Variance(ReadOnlySpan<int> axes = default, bool unbiased = true, bool keepDims = false) =>
            new VarianceOperation<T>(AxisSet.Of(x.Shape, axes), unbiased, keepDims).Apply(x);

        /// <summary>The largest element over <paramref name="axes"/>, or of all elements if none are given; NaN if any is NaN.</summary>
        /// <param name="axes">The axes; −1 is the last one.</param>
        /// <param name="keepDims">Whether the reduced axes are kept with length 1 instead of removed.</param>
        /// <exception cref="ArgumentException">An axis does not exist or is given twice.</exception>
        public Variable<T> Max(ReadOnlySpan<int> axes = default, bool keepDims = false) =>
            new MaxOperation<T>(AxisSet.Of(x.Shape, axes), keepDims).Apply(x);

        /// <summary>
        /// The index of the largest element along an axis, for every combination of indices of the other axes in logical row-major order.
        /// </summary>
        /// <param name="axis">The axis; −1 is the last one, for example the classes of logits [N, classes].</param>
        /// <returns>One index for each combination. Of equal elements, the first is selected. NaN is larger than any number.</returns>
        /// <exception cref="ArgumentOutOfRangeException">There is no such axis.</exception>
        public int[] ArgMax(int axis = -1) => x.Value.ArgMax(axis);

        /// <summary>Softmax along an axis, exp(x) / Σ exp(x): nonnegative values that sum to 1.</summary>
        /// <param name="axis">The axis; −1 is the last one, for example the classes of logits [N, classes].</param>
        /// <exception cref="ArgumentOutOfRangeException">There is no such axis.</exception>
        public Variable<T> Softmax(int axis = -1) => new SoftmaxOperation<T>(x.Shape.Axis(axis)).Apply(x);

        /// <summary>The logarithm of softmax along an axis, x − log Σ exp(x). For finite x it is finite even where softmax is 0.</summary>
        /// <param name="axis">The axis; −1 is the last one, for example the classes of logits [N, classes].</param>
        /// <exception cref="ArgumentOutOfRangeException">There is no such axis.</exception>
        public Variable<T> LogSoftmax(int axis = -1) => new LogSoftmaxOperation<T>(x.Shape.Axis(axis)).Apply(x);
    }
}

using System.ComponentModel;
using System.Numerics;

namespace DeepSharp.Tensors;

public partial class Kernels
{
    /// <summary>The sum over some axes, which are removed unless <paramref name="keepDims"/> keeps them with length 1.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public virtual Tensor<T> Sum<T>(Tensor<T> x, AxisSet axes, bool keepDims)
        where T : unmanaged, IFloatingPointIeee754<T> => SumKernel.Forward(x, axes, keepDims);

    /// <summary>The gradient of a sum with respect to an input of <paramref name="shape"/>: dy, repeated along the summed axes.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public virtual Tensor<T> SumBackward<T>(Tensor<T> dy, AxisSet axes, Shape shape)
        where T : unmanaged, IFloatingPointIeee754<T> => SumKernel.Backward(dy, axes, shape);

    /// <summary>Sums x over the axes along which <paramref name="shape"/> broadcasts to the shape of x.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public virtual Tensor<T> SumTo<T>(Tensor<T> x, Shape shape)
        where T : unmanaged, IFloatingPointIeee754<T> => SumKernel.To(x, shape);

    /// <summary>The mean over some axes, which are removed unless <paramref name="keepDims"/> keeps them with length 1.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public virtual Tensor<T> Mean<T>(Tensor<T> x, AxisSet axes, bool keepDims)
        where T : unmanaged, IFloatingPointIeee754<T> => SumKernel.Forward(x, axes, keepDims, axes.CountIn(x.Shape));

    /// <summary>The gradient of a mean of n elements with respect to an input of <paramref name="shape"/>: n copies of dy / n.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public virtual Tensor<T> MeanBackward<T>(Tensor<T> dy, AxisSet axes, Shape shape)
        where T : unmanaged, IFloatingPointIeee754<T> => SumKernel.Backward(dy, axes, shape, axes.CountIn(shape));

    /// <summary>The variance of n elements over some axes: Σ(x − mean)² / n, or Σ(x − mean)² / (n − 1) if unbiased.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public virtual Tensor<T> Variance<T>(Tensor<T> x, AxisSet axes, bool unbiased, bool keepDims)
        where T : unmanaged, IFloatingPointIeee754<T> => VarianceKernel.Forward(x, axes, unbiased, keepDims);

    /// <summary>The gradient of a variance with respect to x.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public virtual Tensor<T> VarianceBackward<T>(Tensor<T> x, Tensor<T> dy, AxisSet axes, bool unbiased)
        where T : unmanaged, IFloatingPointIeee754<T> => VarianceKernel.Backward(x, dy, axes, unbiased);

    /// <summary>
    /// The maxima over some axes, and for backward the argmax index of each among the elements that were reduced to it. Of equal elements,
    /// the first in logical order is the argmax.
    /// </summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public virtual Tensor<T> Max<T>(Tensor<T> x, AxisSet axes, bool keepDims, out PooledMemory<int> positions)
        where T : unmanaged, IFloatingPointIeee754<T> => MaxKernel.Forward(x, axes, keepDims, out positions);

    /// <summary>
    /// The gradient of a maximum with respect to an input of <paramref name="shape"/>: dy at the argmax index, else 0.
    /// </summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public virtual Tensor<T> MaxBackward<T>(Tensor<T> dy, ReadOnlyMemory<int> positions, AxisSet axes, Shape shape)
        where T : unmanaged, IFloatingPointIeee754<T> => MaxKernel.Backward(dy, positions, axes, shape);

    /// <summary>
    /// The argmax indices along one axis, in logical order of the other axes. Of equal elements, the first one is the argmax.
    /// </summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public virtual int[] ArgMax<T>(Tensor<T> x, int axis)
        where T : unmanaged, IFloatingPointIeee754<T> => MaxKernel.ArgMax(x, axis);

    /// <summary>exp(x) / Σ exp(x) along one axis.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public virtual Tensor<T> Softmax<T>(Tensor<T> x, int axis)
        where T : unmanaged, IFloatingPointIeee754<T> => SoftmaxKernel.Softmax(x, axis);

    /// <summary>The gradient of softmax, from its output y.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public virtual Tensor<T> SoftmaxBackward<T>(Tensor<T> y, Tensor<T> dy, int axis)
        where T : unmanaged, IFloatingPointIeee754<T> => SoftmaxKernel.SoftmaxBackward(y, dy, axis);

    /// <summary>The logarithm of softmax along one axis.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public virtual Tensor<T> LogSoftmax<T>(Tensor<T> x, int axis)
        where T : unmanaged, IFloatingPointIeee754<T> => SoftmaxKernel.LogSoftmax(x, axis);

    /// <summary>The gradient of log-softmax, from its output y.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public virtual Tensor<T> LogSoftmaxBackward<T>(Tensor<T> y, Tensor<T> dy, int axis)
        where T : unmanaged, IFloatingPointIeee754<T> => SoftmaxKernel.LogSoftmaxBackward(y, dy, axis);
}

using System.ComponentModel;
using System.Numerics;

namespace DeepSharp.Tensors;

public partial class Kernels
{
    /// <summary>The maximum of each window of x [N,C,H,W]. Of equal elements, the first in row-major order is the argmax.</summary>
    /// <param name="x">The input.</param>
    /// <param name="window">The window.</param>
    /// <param name="recordArgmax">Whether to record the argmax indices for a backward pass.</param>
    /// <param name="argmax">The argmax indices, owned by the caller; null if not recorded.</param>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public virtual Tensor<T> MaxPool2d<T>(Tensor<T> x, Window2d window, bool recordArgmax, out PooledMemory<byte>? argmax)
        where T : unmanaged, IFloatingPointIeee754<T> => MaxPoolKernel.Forward(x, window, recordArgmax, out argmax);

    /// <summary>
    /// The gradient of max pooling with respect to an input of shape <paramref name="input"/>, from the argmax indices recorded by
    /// forward.
    /// </summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public virtual Tensor<T> MaxPool2dBackward<T>(Tensor<T> dy, PooledMemory<byte> argmax, Shape input, Window2d window)
        where T : unmanaged, IFloatingPointIeee754<T> => MaxPoolKernel.Backward(dy, argmax, input, window);

    /// <summary>The mean of each window of x [N,C,H,W]; if <paramref name="countPadding"/> is set, padding counts as zeros.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public virtual Tensor<T> AveragePool2d<T>(Tensor<T> x, Window2d window, bool countPadding)
        where T : unmanaged, IFloatingPointIeee754<T> => AveragePoolKernel.Forward(x, window, countPadding);

    /// <summary>The gradient of average pooling with respect to an input of shape <paramref name="input"/>.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public virtual Tensor<T> AveragePool2dBackward<T>(Tensor<T> dy, Shape input, Window2d window, bool countPadding)
        where T : unmanaged, IFloatingPointIeee754<T> => AveragePoolKernel.Backward(dy, input, window, countPadding);

    /// <summary>
    /// x [N,C,H,W] averaged to [N,C,height,width]: output row i is the mean of the rows ⌊i·H/height⌋ to ⌈(i+1)·H/height⌉ − 1;
    /// the same holds for columns.
    /// </summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public virtual Tensor<T> AdaptiveAveragePool2d<T>(Tensor<T> x, int height, int width)
        where T : unmanaged, IFloatingPointIeee754<T> => AveragePoolKernel.AdaptiveForward(x, height, width);

    /// <summary>The gradient of adaptive average pooling with respect to an input of shape <paramref name="input"/>.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public virtual Tensor<T> AdaptiveAveragePool2dBackward<T>(Tensor<T> dy, Shape input)
        where T : unmanaged, IFloatingPointIeee754<T> => AveragePoolKernel.AdaptiveBackward(dy, input);
}

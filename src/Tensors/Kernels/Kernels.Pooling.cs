using System.ComponentModel;
using System.Numerics;

namespace DeepSharp.Tensors;

public partial class Kernels
{
    /// <summary>The maximum of each window of x [N,C,H,W], the first of equal ones.</summary>
    /// <param name="x">The maps.</param>
    /// <param name="window">The window.</param>
    /// <param name="recordArgmax">Whether a backward may follow.</param>
    /// <param name="argmax">The argmax indices, which backward needs and the caller owns; null unless recorded.</param>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public virtual Tensor<T> MaxPool2d<T>(Tensor<T> x, Window2d window, bool recordArgmax, out PooledMemory<byte>? argmax)
        where T : unmanaged, IFloatingPointIeee754<T> => MaxPoolKernel.Forward(x, window, recordArgmax, out argmax);

    /// <summary>The gradient by the <paramref name="input"/>, from the argmax indices that forward recorded.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public virtual Tensor<T> MaxPool2dBackward<T>(Tensor<T> dy, PooledMemory<byte> argmax, Shape input, Window2d window)
        where T : unmanaged, IFloatingPointIeee754<T> => MaxPoolKernel.Backward(dy, argmax, input, window);

    /// <summary>The mean of each window of x [N,C,H,W]; padding counts as zeros where <paramref name="countPadding"/> is set.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public virtual Tensor<T> AveragePool2d<T>(Tensor<T> x, Window2d window, bool countPadding)
        where T : unmanaged, IFloatingPointIeee754<T> => AveragePoolKernel.Forward(x, window, countPadding);

    /// <summary>The gradient by the <paramref name="input"/>.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public virtual Tensor<T> AveragePool2dBackward<T>(Tensor<T> dy, Shape input, Window2d window, bool countPadding)
        where T : unmanaged, IFloatingPointIeee754<T> => AveragePoolKernel.Backward(dy, input, window, countPadding);

    /// <summary>x [N,C,H,W] averaged to [N,C,height,width]: output i is the mean of ⌊i·H/height⌋ to ⌈(i+1)·H/height⌉ − 1, and so for columns.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public virtual Tensor<T> AdaptiveAveragePool2d<T>(Tensor<T> x, int height, int width)
        where T : unmanaged, IFloatingPointIeee754<T> => AveragePoolKernel.AdaptiveForward(x, height, width);

    /// <summary>The gradient by the <paramref name="input"/>.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public virtual Tensor<T> AdaptiveAveragePool2dBackward<T>(Tensor<T> dy, Shape input)
        where T : unmanaged, IFloatingPointIeee754<T> => AveragePoolKernel.AdaptiveBackward(dy, input);
}

using System.Numerics;

namespace DeepSharp.Tensors;

public partial class Kernels
{
    /// <summary>The maximum of each window of x [N,C,H,W]; the first maximum wins. On request records the winners for backward, which the caller then owns.</summary>
    public virtual Tensor<T> MaxPool2d<T>(Tensor<T> x, Window2d window, bool recordWinners, out PooledMemory<byte>? winners)
        where T : unmanaged, IFloatingPointIeee754<T> => MaxPoolKernel.Forward(x, window, recordWinners, out winners);

    /// <summary>The gradient by the <paramref name="input"/>, from the winners that forward recorded.</summary>
    public virtual Tensor<T> MaxPool2dBackward<T>(Tensor<T> dy, PooledMemory<byte> winners, Shape input, Window2d window)
        where T : unmanaged, IFloatingPointIeee754<T> => MaxPoolKernel.Backward(dy, winners, input, window);

    /// <summary>The mean of each window of x [N,C,H,W]; padding counts as zeros where <paramref name="countPadding"/> is set.</summary>
    public virtual Tensor<T> AveragePool2d<T>(Tensor<T> x, Window2d window, bool countPadding)
        where T : unmanaged, IFloatingPointIeee754<T> => AveragePoolKernel.Forward(x, window, countPadding);

    /// <summary>The gradient by the <paramref name="input"/>.</summary>
    public virtual Tensor<T> AveragePool2dBackward<T>(Tensor<T> dy, Shape input, Window2d window, bool countPadding)
        where T : unmanaged, IFloatingPointIeee754<T> => AveragePoolKernel.Backward(dy, input, window, countPadding);

    /// <summary>x [N,C,H,W] averaged to [N,C,height,width]: output i is the mean of ⌊i·H/height⌋ to ⌈(i+1)·H/height⌉ − 1, and so for columns.</summary>
    public virtual Tensor<T> AdaptiveAveragePool2d<T>(Tensor<T> x, int height, int width)
        where T : unmanaged, IFloatingPointIeee754<T> => AveragePoolKernel.AdaptiveForward(x, height, width);

    /// <summary>The gradient by the <paramref name="input"/>.</summary>
    public virtual Tensor<T> AdaptiveAveragePool2dBackward<T>(Tensor<T> dy, Shape input)
        where T : unmanaged, IFloatingPointIeee754<T> => AveragePoolKernel.AdaptiveBackward(dy, input);
}

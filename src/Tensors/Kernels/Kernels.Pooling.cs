using System.Numerics;

namespace DeepSharp.Tensors;

public partial class Kernels
{
    /// <summary>The maximum of each window of x [N,C,H,W]; the first maximum wins. On request records the winners for backward, which the caller then owns.</summary>
    public virtual Tensor<T> MaxPool2d<T>(Tensor<T> x, PoolWindow window, bool recordWinners, out PooledMemory<byte>? winners)
        where T : unmanaged, IFloatingPointIeee754<T> => MaxPoolKernel.Forward(x, window, recordWinners, out winners);

    /// <summary>The gradient by the <paramref name="input"/>, from the winners that forward recorded.</summary>
    public virtual Tensor<T> MaxPool2dBackward<T>(Tensor<T> dy, PooledMemory<byte> winners, Shape input, PoolWindow window)
        where T : unmanaged, IFloatingPointIeee754<T> => MaxPoolKernel.Backward(dy, winners, input, window);
}

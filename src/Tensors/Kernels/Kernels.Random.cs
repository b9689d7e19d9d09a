using System.ComponentModel;
using System.Numerics;

namespace DeepSharp.Tensors;

public partial class Kernels
{
    /// <summary>
    /// x / (1 − rate) where word i of the stream is at least rate·2³², else 0; i is the logical row-major index of the element.
    /// </summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public virtual Tensor<T> Dropout<T>(Tensor<T> x, double rate, RandomStream stream)
        where T : unmanaged, IFloatingPointIeee754<T> => DropoutKernel.Run(x, rate, stream);
}

using System.ComponentModel;
using System.Numerics;

namespace DeepSharp.Tensors;

public partial class Kernels
{
    /// <summary>x / (1 − rate) where word i of the stream, i being the element's logical number, is at least rate·2³², else 0.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public virtual Tensor<T> Dropout<T>(Tensor<T> x, double rate, RandomStream stream)
        where T : unmanaged, IFloatingPointIeee754<T> => DropoutKernel.Run(x, rate, stream);
}

using System.Numerics;

namespace DeepSharp.Tensors;

public partial class Kernels
{
    /// <summary>target += addend, of equal shapes.</summary>
    public virtual void AddInto<T>(Tensor<T> target, Tensor<T> addend)
        where T : unmanaged, IFloatingPointIeee754<T> => AddIntoKernel.Run(target, addend);

    /// <summary>y = max(x, 0).</summary>
    public virtual Tensor<T> Relu<T>(Tensor<T> x)
        where T : unmanaged, IFloatingPointIeee754<T> => ReluKernel.Forward(x);

    /// <summary>dx = dy where y &gt; 0, else 0.</summary>
    public virtual Tensor<T> ReluBackward<T>(Tensor<T> y, Tensor<T> dy)
        where T : unmanaged, IFloatingPointIeee754<T> => ReluKernel.Backward(y, dy);
}

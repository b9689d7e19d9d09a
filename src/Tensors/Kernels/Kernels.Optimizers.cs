using System.ComponentModel;
using System.Numerics;

namespace DeepSharp.Tensors;

public partial class Kernels
{
    /// <summary>
    /// One step of stochastic gradient descent: updates the weight and the velocity (null without momentum) with the gradient.
    /// </summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public virtual void SgdStep<T>(Tensor<T> weight, Tensor<T> gradient, Tensor<T>? velocity, SgdUpdate update)
        where T : unmanaged, IFloatingPointIeee754<T> => SgdKernel.Run(weight, gradient, velocity, update);
}

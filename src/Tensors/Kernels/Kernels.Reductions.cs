using System.Numerics;

namespace DeepSharp.Tensors;

public partial class Kernels
{
    /// <summary>The sum over some axes, which have length 1 in the result or are left out.</summary>
    public virtual Tensor<T> Sum<T>(Tensor<T> x, AxisSet axes, bool keepDims)
        where T : unmanaged, IFloatingPointIeee754<T> => SumKernel.Forward(x, axes, keepDims);

    /// <summary>The gradient of a sum by a tensor of <paramref name="shape"/>: dy, repeated over the axes.</summary>
    public virtual Tensor<T> SumBackward<T>(Tensor<T> dy, AxisSet axes, Shape shape)
        where T : unmanaged, IFloatingPointIeee754<T> => SumKernel.Backward(dy, axes, shape);

    /// <summary>The mean over some axes, which have length 1 in the result or are left out.</summary>
    public virtual Tensor<T> Mean<T>(Tensor<T> x, AxisSet axes, bool keepDims)
        where T : unmanaged, IFloatingPointIeee754<T> => SumKernel.Forward(x, axes, keepDims, axes.CountIn(x.Shape));

    /// <summary>The gradient of a mean by a tensor of <paramref name="shape"/>: dy / n, repeated over the axes.</summary>
    public virtual Tensor<T> MeanBackward<T>(Tensor<T> dy, AxisSet axes, Shape shape)
        where T : unmanaged, IFloatingPointIeee754<T> => SumKernel.Backward(dy, axes, shape, axes.CountIn(shape));
}

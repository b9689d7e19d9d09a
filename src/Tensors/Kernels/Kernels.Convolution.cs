using System.Numerics;

namespace DeepSharp.Tensors;

public partial class Kernels
{
    /// <summary>y [N,K,OH,OW] = x [N,C,H,W] ⋆ weights [K,C,kH,kW] + bias [K], then optionally max(y, 0).</summary>
    /// <param name="x">Input.</param>
    /// <param name="weights">Weights.</param>
    /// <param name="bias">Bias, or null.</param>
    /// <param name="geometry">Steps and padding.</param>
    /// <param name="relu">Whether to rectify the result.</param>
    /// <param name="keepWeights">Whether the weights stay the same for many calls, so that what is computed from them is worth keeping.</param>
    public virtual Tensor<T> Convolution<T>(
        Tensor<T> x, Tensor<T> weights, Tensor<T>? bias, ConvolutionGeometry geometry, bool relu = false, bool keepWeights = false)
        where T : unmanaged, IFloatingPointIeee754<T> => ConvolutionKernel.Forward(x, weights, bias, geometry, relu, keepWeights);

    /// <summary>The gradient of the input of a convolution.</summary>
    public virtual Tensor<T> ConvolutionInputGradient<T>(Tensor<T> dy, Tensor<T> weights, Shape input, ConvolutionGeometry geometry)
        where T : unmanaged, IFloatingPointIeee754<T> => ConvolutionKernel.InputGradient(dy, weights, input, geometry);

    /// <summary>The gradient of the weights of a convolution.</summary>
    public virtual Tensor<T> ConvolutionWeightGradient<T>(Tensor<T> x, Tensor<T> dy, Shape weights, ConvolutionGeometry geometry)
        where T : unmanaged, IFloatingPointIeee754<T> => ConvolutionKernel.WeightGradient(x, dy, weights, geometry);
}

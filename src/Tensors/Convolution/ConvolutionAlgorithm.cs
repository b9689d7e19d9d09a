using System.Numerics;

namespace DeepSharp.Tensors;

/// <summary>An algorithm for the three passes of a convolution. The results of all algorithms are equal up to rounding.</summary>
public abstract class ConvolutionAlgorithm
{
    /// <summary>The name by which users select the algorithm.</summary>
    public abstract string Name { get; }

    /// <summary>A one-line description for tables: the method and the shapes it suits.</summary>
    public abstract string Description { get; }

    /// <summary>Whether the algorithm supports a pass of a convolution of this shape.</summary>
    public abstract bool CanRun(in ConvolutionShape shape, ConvolutionPass pass);

    /// <summary>Computes the output from input and weights.</summary>
    /// <param name="shape">The dimensions.</param>
    /// <param name="x">Input.</param>
    /// <param name="weights">Weights.</param>
    /// <param name="epilogue">Bias and ReLU.</param>
    /// <param name="y">Output; every element is written.</param>
    /// <param name="cacheWeights">Whether to cache transformed or packed weights until they change; some algorithms ignore it.</param>
    internal abstract void Forward<T>(
        in ConvolutionShape shape, Tensor<T> x, Tensor<T> weights, Epilogue<T> epilogue, Tensor<T> y, bool cacheWeights)
        where T : unmanaged, IFloatingPointIeee754<T>;

    /// <summary>Computes the gradient of the input. Every element of <paramref name="dx"/> is written.</summary>
    internal abstract void InputGradient<T>(in ConvolutionShape shape, Tensor<T> dy, Tensor<T> weights, Tensor<T> dx)
        where T : unmanaged, IFloatingPointIeee754<T>;

    /// <summary>Computes the gradient of the weights. Every element of <paramref name="dw"/> is written.</summary>
    internal abstract void WeightGradient<T>(in ConvolutionShape shape, Tensor<T> x, Tensor<T> dy, Tensor<T> dw)
        where T : unmanaged, IFloatingPointIeee754<T>;
}

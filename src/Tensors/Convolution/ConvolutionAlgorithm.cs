using System.Numerics;

namespace DeepSharp.Tensors;

/// <summary>One way to compute the three passes of a convolution. All are equal up to rounding.</summary>
public abstract class ConvolutionAlgorithm
{
    /// <summary>The name by which users force it.</summary>
    public abstract string Name { get; }

    /// <summary>One line for tables: what it does and where it is good.</summary>
    public abstract string Description { get; }

    /// <summary>Whether it can compute this shape at all.</summary>
    public abstract bool CanRun(in ConvolutionShape shape, ConvolutionPass pass);

    /// <summary>Output from input and weights.</summary>
    /// <param name="shape">All lengths.</param>
    /// <param name="x">Input.</param>
    /// <param name="weights">Weights.</param>
    /// <param name="epilogue">Bias and ReLU.</param>
    /// <param name="y">Output; every element is written.</param>
    /// <param name="cacheWeights">Whether transformed weights are cached until the weights change.</param>
    internal abstract void Forward<T>(
        in ConvolutionShape shape, Tensor<T> x, Tensor<T> weights, Epilogue<T> epilogue, Tensor<T> y, bool cacheWeights)
        where T : unmanaged, IFloatingPointIeee754<T>;

    /// <summary>Gradient of the input; every element of <paramref name="dx"/> is written.</summary>
    internal abstract void InputGradient<T>(in ConvolutionShape shape, Tensor<T> dy, Tensor<T> weights, Tensor<T> dx)
        where T : unmanaged, IFloatingPointIeee754<T>;

    /// <summary>Gradient of the weights; every element of <paramref name="dw"/> is written.</summary>
    internal abstract void WeightGradient<T>(in ConvolutionShape shape, Tensor<T> x, Tensor<T> dy, Tensor<T> dw)
        where T : unmanaged, IFloatingPointIeee754<T>;
}

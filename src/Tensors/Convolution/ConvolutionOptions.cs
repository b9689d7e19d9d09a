namespace DeepSharp.Tensors;

/// <summary>How <see cref="Kernels.Convolution"/> computes.</summary>
[Flags]
public enum ConvolutionOptions
{
    /// <summary>The plain convolution.</summary>
    None = 0,

    /// <summary>Applies ReLU to the result.</summary>
    Relu = 1,

    /// <summary>Caches transformed or packed weights until the weights change: for weights that serve many calls.</summary>
    CacheWeights = 2,
}

namespace DeepSharp.Tensors;

/// <summary>Options of <see cref="Kernels.Convolution"/>.</summary>
[Flags]
public enum ConvolutionOptions
{
    /// <summary>The plain convolution.</summary>
    None = 0,

    /// <summary>Applies ReLU to the result.</summary>
    Relu = 1,

    /// <summary>Caches transformed or packed weights until the weights change. For weights that are used by many calls.</summary>
    CacheWeights = 2,
}

namespace DeepSharp.Tensors;

/// <summary>Options of <see cref="Kernels.Convolution"/>.</summary>
[Flags]
public enum ConvolutionOptions
{
    /// <summary>No options: the plain convolution.</summary>
    None = 0,

    /// <summary>Applies ReLU to the result.</summary>
    Relu = 1,

    /// <summary>Caches transformed or packed weights until they change, if the algorithm can. For weights that many calls use.</summary>
    CacheWeights = 2,
}

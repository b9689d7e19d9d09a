using System.Collections.Immutable;
using DeepSharp.Formats;

namespace DeepSharp.Vgg;

/// <summary>A value of a graph: the output of a node, a constant or the images.</summary>
internal abstract record OnnxValue;

/// <summary>Integers that do not depend on the pixels of the images: a shape, or some of its lengths.</summary>
/// <param name="Elements">The integers.</param>
/// <param name="IsScalar">Whether the value has no axis.</param>
internal sealed record OnnxIntegers(ImmutableArray<long> Elements, bool IsScalar) : OnnxValue;

/// <summary>A constant, such as a weight.</summary>
internal sealed record OnnxWeight(StoredTensor Tensor) : OnnxValue;

/// <summary>A layer of the convolutional part.</summary>
/// <param name="Node">Its node.</param>
/// <param name="Step">Its step of the configuration.</param>
/// <param name="Weight">The weight of a convolution; null for other layers.</param>
/// <param name="Bias">The bias of a convolution; null if it has none.</param>
/// <param name="Norm">Scale, shift, mean and variance of the batch normalization after a convolution; null if there is none.</param>
internal sealed record OnnxFeature(
    OnnxNode Node, VggStep Step, StoredTensor? Weight = null, StoredTensor? Bias = null, ImmutableArray<StoredTensor>? Norm = null);

/// <summary>A linear layer.</summary>
/// <param name="Weight">The weight, [outputs, inputs].</param>
/// <param name="Bias">The bias; null if it has none.</param>
/// <param name="Number">The number of the layer in the name of its weight; null if it has none.</param>
internal sealed record OnnxLinear(StoredTensor Weight, StoredTensor? Bias, int? Number);

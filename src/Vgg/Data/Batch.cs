using System.Numerics;
using DeepSharp.Tensors;

namespace DeepSharp.Vgg;

/// <summary>Images and labels for one step. It belongs to its loader and is valid until the loader moves on.</summary>
public sealed class Batch<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    internal Batch(Shape shape, ComputeContext? context)
    {
        Images = new Tensor<T>(shape, context, "Batches");
        Labels = new int[shape[0]];
    }

    /// <summary>The normalized images, [N, C, H, W].</summary>
    public Tensor<T> Images { get; }

    /// <summary>The class of each image.</summary>
    public int[] Labels { get; }

    /// <summary>The number of images.</summary>
    public int Count => Labels.Length;

    /// <summary>Its number in the epoch, from 0.</summary>
    public int Index { get; internal set; }
}

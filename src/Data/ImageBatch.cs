using System.Numerics;
using DeepSharp.Tensors;

namespace DeepSharp.Data;

/// <summary>Images and labels for one step. It belongs to its loader and is valid until the loader moves on.</summary>
public sealed class ImageBatch<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly int[] labels;

    internal ImageBatch(Shape shape, ComputeContext? context)
    {
        Images = new Tensor<T>(shape, context, "Batches");
        labels = new int[shape[0]];
    }

    /// <summary>The normalized images, [N, C, H, W].</summary>
    public Tensor<T> Images { get; }

    /// <summary>The class of each image.</summary>
    public ReadOnlySpan<int> Labels => labels;

    /// <summary>The number of images.</summary>
    public int Count => labels.Length;

    /// <summary>Its number in the epoch, from 0.</summary>
    public int Index { get; internal set; }

    /// <summary>Its number, the shape of its images, and its labels: <c>batch 3: images [4, 3, 32, 32], labels 1, 0, 9, 2</c>.</summary>
    public override string ToString()
    {
        const int LabelsShown = 8;
        return $"batch {Index}: images {Images.Shape}, labels {string.Join(", ", labels.Take(LabelsShown))}{(Count > LabelsShown ? ", …" : "")}";
    }

    internal Span<int> WriteLabels() => labels;
}

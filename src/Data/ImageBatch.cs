using System.Numerics;
using DeepSharp.Tensors;

namespace DeepSharp.Data;

/// <summary>Images and labels for one step. The enumerator of a <see cref="BatchLoader{T}"/> owns the batch.</summary>
/// <remarks>The batch is valid until the next one is requested or the enumerator is disposed.</remarks>
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

    /// <summary>The label of each image: the index of its class.</summary>
    public ReadOnlySpan<int> Labels => labels;

    /// <summary>The number of images.</summary>
    public int Count => labels.Length;

    /// <summary>The index of the batch in the epoch, from 0.</summary>
    public int Index { get; internal set; }

    /// <summary>The index, the image shape and at most eight labels: <c>batch 3: images [4, 3, 32, 32], labels 1, 0, 9, 2</c>.</summary>
    public override string ToString()
    {
        const int LabelsShown = 8;
        string more = Count > LabelsShown ? ", …" : "";
        return $"batch {Index}: images {Images.Shape}, labels {string.Join(", ", labels.Take(LabelsShown))}{more}";
    }

    internal Span<int> WriteLabels() => labels;
}

using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using DeepSharp.Tensors;

namespace DeepSharp.Data;

/// <summary>The batches of one epoch. While the caller uses one batch, a background thread fills the next.</summary>
/// <remarks>
/// A batch depends only on the data set, the arguments of <c>Batches</c> and the index of the batch. The enumerator owns two batches and
/// fills them alternately, so a batch is valid until the next one is requested or the enumerator is disposed. If filling a batch
/// throws an exception, it is rethrown when the batch is requested.
/// </remarks>
[SuppressMessage("Naming", "CA1710", Justification = "It creates its batches while it is enumerated; it stores none.")]
public sealed class BatchLoader<T> : IReadOnlyCollection<ImageBatch<T>>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly IImageDataset dataset;
    private readonly Augment augment;
    private readonly RandomStream shuffle, augmentation;
    private readonly ComputeContext? context;
    private readonly int batchSize, height, width;
    private readonly bool shuffles;

    // The network input for each channel and pixel value, [C, 256].
    private readonly T[] inputs;

    internal BatchLoader(
        IImageDataset dataset, int batchSize, Augment augment, int? epoch, long seed, int firstBatch, bool dropLast,
        ComputeContext? context)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        ArgumentNullException.ThrowIfNull(augment);
        if (batchSize < 1)
            throw new ArgumentException($"Batches: the batch size must be at least 1, found {batchSize}.", nameof(batchSize));
        if (epoch < 0) throw new ArgumentException($"Batches: the epoch must be at least 0, found {epoch}.", nameof(epoch));
        if (dataset.Normalization.Channels != dataset.Channels)
        {
            throw new ArgumentException(
                $"Batches: the images have {dataset.Channels} channels, their normalization has {dataset.Normalization.Channels}.",
                nameof(dataset));
        }

        (height, width) = augment.OutputSize(dataset.Height, dataset.Width);
        int full = dataset.Count / batchSize;
        EpochLength = full + (dropLast || full * batchSize == dataset.Count ? 0 : 1);
        if (EpochLength == 0)
        {
            throw new ArgumentException(
                $"Batches: {dataset.Count} images do not fill a batch of {batchSize}, and dropLast leaves out an incomplete one; " +
                "use a smaller batch size.",
                nameof(batchSize));
        }

        if (firstBatch < 0 || firstBatch > EpochLength)
        {
            throw new ArgumentException(
                $"Batches: the first batch must be between 0 and {EpochLength}, the number of batches in an epoch, found {firstBatch}.",
                nameof(firstBatch));
        }

        (this.dataset, this.batchSize, this.augment, this.context, FirstBatch) = (dataset, batchSize, augment, context, firstBatch);
        shuffles = epoch is not null;
        shuffle = new RandomStream(seed, "shuffle").At(epoch ?? 0, 0);
        augmentation = new RandomStream(seed, "augmentation").At(epoch ?? 0, 0);
        inputs = new T[dataset.Channels * 256];
        for (int i = 0; i < inputs.Length; i++)
            inputs[i] = T.CreateChecked(dataset.Normalization.Apply(i / 256, (byte)(i % 256)));
    }

    /// <summary>The number of batches in a whole epoch.</summary>
    public int EpochLength { get; }

    /// <summary>The index in the epoch of the first batch that the loader yields.</summary>
    public int FirstBatch { get; }

    /// <summary>The number of batches that the loader yields: those of the epoch from <see cref="FirstBatch"/> on.</summary>
    public int Count => EpochLength - FirstBatch;

    /// <summary>The shape of the images of the epoch's first batch, [N, C, H, W].</summary>
    public Shape ImageShape => [Math.Min(batchSize, dataset.Count), dataset.Channels, height, width];

    /// <summary>Enumerates the batches. The enumerator has a thread that fills them; disposing it stops the thread.</summary>
    public IEnumerator<ImageBatch<T>> GetEnumerator() => new BatchEnumerator<T>(this);

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>The image indices in the order of the epoch; null for the order of the data set.</summary>
    internal int[]? Order() => shuffles ? shuffle.Permutation(dataset.Count) : null;

    /// <summary>A buffer for the pixels of one image of the data set.</summary>
    internal byte[] NewImage() => new byte[dataset.Channels * dataset.Height * dataset.Width];

    /// <summary>Fills <paramref name="batch"/>, after replacing it if it does not have the right size.</summary>
    internal void Fill(ref ImageBatch<T>? batch, int index, int[]? order, byte[] pixels)
    {
        int first = index * batchSize, count = Math.Min(batchSize, dataset.Count - first);
        if (batch?.Count != count)
        {
            batch?.Images.Dispose();
            batch = new ImageBatch<T>([count, dataset.Channels, height, width], context);
        }

        batch.Index = index;
        var images = batch.Images.Write();
        var labels = batch.WriteLabels();
        int size = dataset.Channels * height * width;
        for (int n = 0; n < count; n++)
        {
            int image = order is null ? first + n : order[first + n], label = dataset.Label(image);
            if ((uint)label >= (uint)dataset.ClassNames.Count)
                throw new InvalidDataException($"Batches: label {label} of image {image} is outside 0..{dataset.ClassNames.Count - 1}.");
            labels[n] = label;
            Write(dataset.Pixels(image, pixels), first + n, images.Slice(n * size, size));
        }
    }

    // Augments and normalizes an image, and reorders it from channel, row, column to the storage order row, column, channel.
    private void Write(ReadOnlySpan<byte> pixels, int position, Span<T> image)
    {
        int channels = dataset.Channels, sourceHeight = dataset.Height, sourceWidth = dataset.Width;
        var (top, left, mirror) = augment.Draw(augmentation, position, sourceHeight, sourceWidth);
        int step = mirror ? -1 : 1, firstColumn = mirror ? left + width - 1 : left;
        for (int c = 0; c < channels; c++)
        {
            ReadOnlySpan<T> input = inputs.AsSpan(c * 256, 256);
            for (int y = 0; y < height; y++)
            {
                int row = top + y, target = (y * width * channels) + c;
                var source = (uint)row < (uint)sourceHeight ? pixels.Slice(((c * sourceHeight) + row) * sourceWidth, sourceWidth) : [];
                for (int x = 0, column = firstColumn; x < width; x++, column += step, target += channels)
                    image[target] = input[(uint)column < (uint)source.Length ? source[column] : 0];
            }
        }
    }
}

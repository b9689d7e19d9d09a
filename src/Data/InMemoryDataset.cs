using System.Collections.ObjectModel;

namespace DeepSharp.Data;

/// <summary>Labeled images in memory.</summary>
public sealed class InMemoryDataset : IImageDataset
{
    private readonly ReadOnlyMemory<byte> pixels;
    private readonly int[] labels;

    /// <summary>Creates a data set over pixels in memory, without copying them.</summary>
    /// <param name="pixels">The images one after the other, each in the order channel, row, column.</param>
    /// <param name="labels">The class of each image.</param>
    /// <param name="channels">The number of channels of every image.</param>
    /// <param name="height">The height of every image in pixels.</param>
    /// <param name="width">The width of every image in pixels.</param>
    /// <param name="classNames">The name of each class.</param>
    /// <param name="normalization">The normalization of the pixels; null to measure it on these images.</param>
    /// <exception cref="ArgumentException">
    /// A size is below 1, the sizes or the numbers of channels do not match, there is no image, or a label is not the index of a class.
    /// </exception>
    public InMemoryDataset(
        ReadOnlyMemory<byte> pixels, ReadOnlySpan<int> labels, int channels, int height, int width, IReadOnlyList<string> classNames,
        Normalization? normalization = null)
    {
        ArgumentNullException.ThrowIfNull(classNames);
        if (channels < 1 || height < 1 || width < 1)
        {
            throw new ArgumentException(
                $"InMemoryDataset: images must have at least 1 channel, row and column, found {channels}×{height}×{width}.",
                nameof(channels));
        }

        if (labels.Length == 0) throw new ArgumentException("InMemoryDataset: expected at least one image, found none.", nameof(labels));
        long expected = (long)labels.Length * channels * height * width;
        if (pixels.Length != expected)
        {
            throw new ArgumentException(
                $"InMemoryDataset: {labels.Length} images of {channels}×{height}×{width} have {expected} bytes, found {pixels.Length}.",
                nameof(pixels));
        }

        if (normalization is not null && normalization.Channels != channels)
        {
            throw new ArgumentException(
                $"InMemoryDataset: the images have {channels} channels, the normalization has {normalization.Channels}.",
                nameof(normalization));
        }

        for (int i = 0; i < labels.Length; i++)
        {
            if ((uint)labels[i] >= (uint)classNames.Count)
            {
                throw new ArgumentException(
                    $"InMemoryDataset: label {labels[i]} of image {i} is outside 0..{classNames.Count - 1}, " +
                    $"the {classNames.Count} classes.",
                    nameof(labels));
            }
        }

        this.pixels = pixels;
        this.labels = labels.ToArray();
        (Channels, Height, Width) = (channels, height, width);
        ClassNames = new ReadOnlyCollection<string>([.. classNames]);
        Normalization = normalization ?? Normalization.Measure(this);
    }

    /// <inheritdoc/>
    public int Count => labels.Length;

    /// <inheritdoc/>
    public int Channels { get; }

    /// <inheritdoc/>
    public int Height { get; }

    /// <inheritdoc/>
    public int Width { get; }

    /// <inheritdoc/>
    public IReadOnlyList<string> ClassNames { get; }

    /// <inheritdoc/>
    public Normalization Normalization { get; }

    /// <inheritdoc/>
    public int Label(int index) => labels[index];

    /// <inheritdoc/>
    public void ReadPixels(int index, Span<byte> pixels) => Pixels(index, pixels).CopyTo(pixels);

    /// <inheritdoc/>
    public ReadOnlySpan<byte> Pixels(int index, Span<byte> buffer)
    {
        int size = Channels * Height * Width;
        return pixels.Span.Slice(index * size, size);
    }
}

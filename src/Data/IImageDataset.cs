namespace DeepSharp.Data;

/// <summary>Labeled images of one size, read by index. Implement this interface to train on custom images.</summary>
/// <remarks>
/// A background thread calls the members to fill batches, possibly while other threads also read the data set. An implementation must be
/// safe for concurrent reading.
/// </remarks>
public interface IImageDataset
{
    /// <summary>The number of images.</summary>
    int Count { get; }

    /// <summary>The number of channels of every image: 3 for color, 1 for grayscale.</summary>
    int Channels { get; }

    /// <summary>The height of every image in pixels.</summary>
    int Height { get; }

    /// <summary>The width of every image in pixels.</summary>
    int Width { get; }

    /// <summary>The name of each class; label k means <c>ClassNames[k]</c>.</summary>
    IReadOnlyList<string> ClassNames { get; }

    /// <summary>The normalization that converts pixels to network inputs.</summary>
    Normalization Normalization { get; }

    /// <summary>The class of image <paramref name="index"/>, 0 to <c>ClassNames.Count</c> − 1.</summary>
    int Label(int index);

    /// <summary>
    /// Copies the pixels of image <paramref name="index"/> in the order channel, row, column: Channels·Height·Width bytes.
    /// </summary>
    void ReadPixels(int index, Span<byte> pixels);

    /// <summary>
    /// The pixels of image <paramref name="index"/> in the order channel, row, column, without a copy if they are in memory.
    /// </summary>
    /// <param name="index">The index of the image.</param>
    /// <param name="buffer">A buffer of Channels·Height·Width bytes, used if the pixels are not in memory.</param>
    ReadOnlySpan<byte> Pixels(int index, Span<byte> buffer)
    {
        ReadPixels(index, buffer);
        return buffer;
    }
}

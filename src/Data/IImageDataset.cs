namespace DeepSharp.Data;

/// <summary>Labeled images of one size, read by index. Implement it to train on custom images.</summary>
/// <remarks>
/// The thread that fills batches calls the members, possibly while other threads read too. An implementation must be safe for concurrent
/// reading.
/// </remarks>
public interface IImageDataset
{
    /// <summary>The number of images.</summary>
    int Count { get; }

    /// <summary>The channels of every image: 3 for color, 1 for grayscale.</summary>
    int Channels { get; }

    /// <summary>The rows of every image.</summary>
    int Height { get; }

    /// <summary>The columns of every image.</summary>
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

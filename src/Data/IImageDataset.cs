namespace DeepSharp.Data;

/// <summary>Labelled images of one size, read by index. Implement it to train on images of your own.</summary>
/// <remarks>
/// Members are called from the thread that prepares batches while others may read too, so an implementation must be safe for concurrent reading.
/// </remarks>
public interface IImageDataset
{
    /// <summary>The number of images.</summary>
    int Count { get; }

    /// <summary>The channels of every image: 3 for colour, 1 for grey.</summary>
    int Channels { get; }

    /// <summary>The rows of every image.</summary>
    int Height { get; }

    /// <summary>The columns of every image.</summary>
    int Width { get; }

    /// <summary>The name of each class; label k means <c>ClassNames[k]</c>.</summary>
    IReadOnlyList<string> ClassNames { get; }

    /// <summary>How pixels become network inputs.</summary>
    Normalization Normalization { get; }

    /// <summary>The class of image <paramref name="index"/>, 0 to <c>ClassNames.Count</c> − 1.</summary>
    int Label(int index);

    /// <summary>Copies the pixels of image <paramref name="index"/> in the order channel, row, column: Channels·Height·Width bytes.</summary>
    void ReadPixels(int index, Span<byte> pixels);

    /// <summary>The pixels of image <paramref name="index"/> in the order channel, row, column, without a copy if they are in memory.</summary>
    /// <param name="index">The number of the image.</param>
    /// <param name="buffer">Room for Channels·Height·Width bytes, used if the pixels are not in memory.</param>
    ReadOnlySpan<byte> Pixels(int index, Span<byte> buffer)
    {
        ReadPixels(index, buffer);
        return buffer;
    }
}

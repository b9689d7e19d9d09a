using System.Numerics;

namespace DeepSharp.Tensors;

/// <summary>
/// How batch normalization sees a tensor: rows × channels, a row being an image of [N,C] or a pixel of [N,C,H,W], which is stored channels-last. The
/// rows are cut into chunks that depend on the shape alone.
/// </summary>
internal readonly struct ChannelRows
{
    /// <summary>Rows that a kernel takes at once, so that what belongs to a channel is loaded once for so many elements.</summary>
    public const int Group = 8;

    // Short sums are accurate sums; but the results of a chunk, two for each channel, must be few beside its elements.
    private const int FewestRows = 32, MostRows = 1024;

    private readonly int chunkRows;

    private ChannelRows(int channels, int rows)
    {
        (Channels, Rows) = (channels, rows);
        chunkRows = Math.Clamp(Blocks.Rows(channels), FewestRows, MostRows);
        Chunks = (rows + chunkRows - 1) / chunkRows;
    }

    /// <summary>The number of channels, C.</summary>
    public int Channels { get; }

    /// <summary>The number of rows: N, or N·H·W.</summary>
    public int Rows { get; }

    /// <summary>The number of chunks.</summary>
    public int Chunks { get; }

    /// <summary>The number of rows in a chunk; the last one may be shorter.</summary>
    public int RowsOf(int chunk) => Math.Min(chunkRows, Rows - (chunk * chunkRows));

    /// <summary>The elements of a chunk, in storage.</summary>
    public Range ElementsOf(int chunk) => (chunk * chunkRows * Channels)..(((chunk * chunkRows) + RowsOf(chunk)) * Channels);

    /// <summary>The rows of a tensor, with everything that is given per channel checked.</summary>
    /// <exception cref="ShapeException">The tensor is neither [N,C] nor [N,C,H,W], or something per channel is not [C].</exception>
    public static ChannelRows Of<T>(Tensor<T> x, params ReadOnlySpan<(string Name, Tensor<T> Tensor)> perChannel)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (x.Shape.Rank is not (2 or 4)) throw new ShapeException($"BatchNorm: the input must be [N, C] or [N, C, H, W], found {x.Shape}.");
        int channels = x.Shape[1];
        foreach (var (name, tensor) in perChannel)
        {
            if (tensor.Shape.Rank != 1 || tensor.Shape[0] != channels)
                throw new ShapeException($"BatchNorm: input {x.Shape} has {channels} channels, {name} {tensor.Shape} must be [{channels}].");
        }

        return new ChannelRows(channels, x.ElementCount / channels);
    }
}

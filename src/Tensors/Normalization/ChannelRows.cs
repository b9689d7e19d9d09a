using System.Numerics;

namespace DeepSharp.Tensors;

/// <summary>
/// How batch normalization sees a tensor: rows × channels, a row being an image of [N,C] or a pixel of [N,C,H,W], which is stored channels-last. The
/// rows are cut into chunks that depend on the shape alone.
/// </summary>
internal readonly struct ChannelRows
{
    private readonly int chunkRows;

    private ChannelRows(int channels, int rows)
    {
        (Channels, Rows) = (channels, rows);
        chunkRows = Math.Clamp(Tuning.RowsPerBlock(channels), Tuning.MinChannelRows, Tuning.MaxChannelRows);
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

    /// <summary>Lets a kernel pass over the rows of a chunk: a few rows at a time, in which it takes vectors of channels and then single ones.</summary>
    /// <param name="loop">The kernel.</param>
    /// <param name="channels">The length of a row.</param>
    /// <param name="length">The elements of the chunk.</param>
    public static void Run<TLoop, TSimd, TVector, T>(in TLoop loop, int channels, int length)
        where TLoop : struct, IChannelLoop<T>, allows ref struct
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int whole = channels - (channels % TSimd.Width), step = Tuning.ChannelRowGroup * channels;
        for (int from = 0; from < length; from += step)
        {
            int to = Math.Min(from + step, length);
            loop.Rows<TSimd, TVector>(0, whole, from, to);
            loop.Rows<SimdScalar<T>, T>(whole, channels, from, to);
        }
    }
}

/// <summary>A kernel that passes over rows of channels.</summary>
internal interface IChannelLoop<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Does some channels, whole vectors of them, of the rows that begin from <paramref name="from"/> to before <paramref name="to"/>.</summary>
    void Rows<TSimd, TVector>(nint fromChannel, nint toChannel, nint from, nint to)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct;
}

using System.Numerics;

namespace DeepSharp.Tensors;

/// <summary>
/// A tensor viewed as rows × channels for batch normalization. A row is a sample of [N,C] or a pixel of [N,C,H,W], which is stored
/// channels-last. The rows are split into blocks whose sizes depend on the shape alone.
/// </summary>
internal readonly struct ChannelRows
{
    private readonly int blockRows;

    private ChannelRows(int channels, int rows)
    {
        (Channels, Rows) = (channels, rows);
        blockRows = Math.Clamp(Tuning.RowsPerBlock(channels), Tuning.MinChannelRows, Tuning.MaxChannelRows);
        Blocks = (rows + blockRows - 1) / blockRows;
    }

    /// <summary>The number of channels, C.</summary>
    public int Channels { get; }

    /// <summary>The number of rows: N, or N·H·W.</summary>
    public int Rows { get; }

    /// <summary>The number of blocks.</summary>
    public int Blocks { get; }

    /// <summary>The number of rows in a block; the last block may be shorter.</summary>
    public int RowsOf(int block) => Math.Min(blockRows, Rows - (block * blockRows));

    /// <summary>The range of storage elements that a block covers.</summary>
    public Range ElementsOf(int block) => (block * blockRows * Channels)..(((block * blockRows) + RowsOf(block)) * Channels);

    /// <summary>The rows of a tensor. Checks that every per-channel tensor is [C].</summary>
    /// <exception cref="ShapeException">The tensor is neither [N,C] nor [N,C,H,W], or a per-channel tensor is not [C].</exception>
    public static ChannelRows Of<T>(Tensor<T> x, params ReadOnlySpan<(string Name, Tensor<T> Tensor)> perChannel)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (x.Shape.Rank is not (2 or 4))
            throw new ShapeException($"BatchNorm: the input must be [N, C] or [N, C, H, W], found {x.Shape}.");
        int channels = x.Shape[1];
        foreach (var (name, tensor) in perChannel)
        {
            if (tensor.Shape.Rank != 1 || tensor.Shape[0] != channels)
            {
                throw new ShapeException(
                    $"BatchNorm: input {x.Shape} has {channels} channels, {name} {tensor.Shape} must be [{channels}].");
            }
        }

        return new ChannelRows(channels, x.ElementCount / channels);
    }

    /// <summary>
    /// Runs a kernel over the rows of a block, <see cref="Tuning.ChannelTileRows"/> rows at a time: first for whole vectors
    /// of channels, then for the remaining channels one by one.
    /// </summary>
    /// <param name="loop">The kernel.</param>
    /// <param name="channels">The length of a row.</param>
    /// <param name="length">The number of elements in the block.</param>
    public static void Run<TLoop, TSimd, TVector, T>(in TLoop loop, int channels, int length)
        where TLoop : struct, IChannelLoop<T>, allows ref struct
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int whole = channels - (channels % TSimd.Width), step = Tuning.ChannelTileRows * channels;
        for (int from = 0; from < length; from += step)
        {
            int to = Math.Min(from + step, length);
            loop.Rows<TSimd, TVector>(0, whole, from, to);
            loop.Rows<SimdScalar<T>, T>(whole, channels, from, to);
        }
    }
}

/// <summary>A kernel that iterates over rows of channels.</summary>
internal interface IChannelLoop<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>
    /// Processes the channels <paramref name="fromChannel"/> to <paramref name="toChannel"/> − 1, which are whole vectors, of the rows
    /// stored in elements <paramref name="from"/> to <paramref name="to"/> − 1.
    /// </summary>
    void Rows<TSimd, TVector>(nint fromChannel, nint toChannel, nint from, nint to)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct;
}

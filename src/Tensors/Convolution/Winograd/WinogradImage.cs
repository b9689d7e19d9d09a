using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace DeepSharp.Tensors;

/// <summary>Reads square windows of channels-last images, with zeros outside the image, and transforms each window into points.</summary>
internal static class WinogradImage
{
    /// <summary>Transforms the windows of a range of tiles.</summary>
    /// <param name="image">Images [N, height, width, channels].</param>
    /// <param name="height">Rows of an image.</param>
    /// <param name="width">Columns of an image.</param>
    /// <param name="channels">The number of channels. The padding after them in the result is not written.</param>
    /// <param name="plan">Provides the positions of the tiles.</param>
    /// <param name="paddingHeight">The number of rows by which a window begins above its tile.</param>
    /// <param name="paddingWidth">The number of columns by which a window begins to the left of its tile.</param>
    /// <param name="firstTile">The first tile.</param>
    /// <param name="tiles">The number of tiles.</param>
    /// <param name="points">The result, [points][tiles][channels, padded].</param>
    /// <param name="pointStep">Elements from one point to the next.</param>
    /// <param name="tileStep">Elements from one tile to the next.</param>
    [SkipLocalsInit]
    public static void Transform<TTransform, TSimd, TVector, T>(
        ReadOnlySpan<T> image, int height, int width, int channels, in WinogradPlan plan, int paddingHeight, int paddingWidth,
        int firstTile, int tiles, Span<T> points, int pointStep, int tileStep)
        where TTransform : IWinogradTransform
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int size = TTransform.From;
        Span<T> between = StackMemory.Align(stackalloc T[(size * TTransform.To * TSimd.Width) + StackMemory.Slack<T>()]);
        Span<T> window = StackMemory.Align(stackalloc T[(size * size * Tuning.WinogradChannels) + StackMemory.Slack<T>()]);
        for (int tile = 0; tile < tiles; tile++)
        {
            var (n, row, column) = plan.Tile(firstTile + tile);
            var (top, left) = (row - paddingHeight, column - paddingWidth);
            nint start = ((((nint)n * height) + top) * width + left) * channels;
            bool inside = top >= 0 && left >= 0 && top + size <= height && left + size <= width;
            for (int c = 0; c < channels; c += Tuning.WinogradChannels)
            {
                int count = Math.Min(Tuning.WinogradChannels, channels - c), whole = count - (count % TSimd.Width);
                ref T target = ref points[(tile * tileStep) + c];
                if (inside)
                {
                    ref T source = ref Unsafe.Add(ref MemoryMarshal.GetReference(image), start + c);
                    Windows<TTransform, TSimd, TVector, T>(
                        ref source, width * channels, channels, 0, whole, between, ref target, pointStep);
                    Windows<TTransform, SimdScalar<T>, T, T>(
                        ref source, width * channels, channels, whole, count, between, ref target, pointStep);
                }
                else
                {
                    ref T source = ref MemoryMarshal.GetReference(window);
                    Cut<TSimd, TVector, T>(image, start + c, height, width, channels, top, left, size, 0, whole, window);
                    Cut<SimdScalar<T>, T, T>(image, start + c, height, width, channels, top, left, size, whole, count, window);
                    Windows<TTransform, TSimd, TVector, T>(
                        ref source, size * Tuning.WinogradChannels, Tuning.WinogradChannels, 0, whole, between, ref target, pointStep);
                    Windows<TTransform, SimdScalar<T>, T, T>(
                        ref source, size * Tuning.WinogradChannels, Tuning.WinogradChannels, whole, count, between, ref target, pointStep);
                }
            }
        }
    }

    /// <summary>Transforms one window for a range of channels.</summary>
    private static void Windows<TTransform, TSimd, TVector, T>(
        ref T source, nint row, nint column, nint fromChannel, nint toChannel, Span<T> between, ref T target, nint pointStep)
        where TTransform : IWinogradTransform
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (nint c = fromChannel; c < toChannel; c += TSimd.Width)
        {
            WinogradTransform.Apply<TTransform, TSimd, TVector, T>(
                in Unsafe.Add(ref source, c), row, column, ref MemoryMarshal.GetReference(between), ref Unsafe.Add(ref target, c),
                TTransform.To * pointStep, pointStep);
        }
    }

    /// <summary>Copies a range of channels of a window that crosses the border. Pixels outside the image are 0.</summary>
    private static void Cut<TSimd, TVector, T>(
        ReadOnlySpan<T> image, nint start, int height, int width, int channels, int top, int left, int size, nint fromChannel,
        nint toChannel, Span<T> window)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (fromChannel >= toChannel) return;
        ref T source = ref MemoryMarshal.GetReference(image), target = ref MemoryMarshal.GetReference(window);
        var zero = TSimd.Broadcast(T.Zero);
        nint to = 0;
        for (int i = 0; i < size; i++)
        {
            bool rowExists = (uint)(top + i) < (uint)height;
            for (int j = 0; j < size; j++, to += Tuning.WinogradChannels)
            {
                if (rowExists && (uint)(left + j) < (uint)width)
                {
                    nint pixel = start + ((((nint)i * width) + j) * channels);
                    for (nint c = fromChannel; c < toChannel; c += TSimd.Width)
                        TSimd.Store(TSimd.Load(in source, pixel + c), ref target, to + c);
                }
                else
                {
                    for (nint c = fromChannel; c < toChannel; c += TSimd.Width) TSimd.Store(zero, ref target, to + c);
                }
            }
        }
    }
}

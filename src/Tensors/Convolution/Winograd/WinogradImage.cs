using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace DeepSharp.Tensors;

/// <summary>Cuts channels-last images into square windows, zeros beyond the rim, and transforms each into points.</summary>
internal static class WinogradImage
{
    /// <summary>Transforms the windows of some tiles.</summary>
    /// <param name="image">Images [N, height, width, channels].</param>
    /// <param name="height">Rows of an image.</param>
    /// <param name="width">Columns of an image.</param>
    /// <param name="channels">Channels; the rest of each target row is left alone.</param>
    /// <param name="plan">Where the tiles are.</param>
    /// <param name="paddingHeight">How far above its tile a window begins.</param>
    /// <param name="paddingWidth">How far to the left of its tile a window begins.</param>
    /// <param name="firstTile">The first tile.</param>
    /// <param name="tiles">The number of tiles.</param>
    /// <param name="points">The result, [points][tile][row].</param>
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
        Span<T> between = stackalloc T[size * TTransform.To * TSimd.Width];
        Span<T> window = stackalloc T[size * size * TSimd.Width];
        ref T scratch = ref MemoryMarshal.GetReference(between);
        int whole = channels - (channels % TSimd.Width);
        for (int tile = 0; tile < tiles; tile++)
        {
            var (n, row, column) = plan.Tile(firstTile + tile);
            var (top, left) = (row - paddingHeight, column - paddingWidth);
            nint start = ((((nint)n * height) + top) * width + left) * channels;
            bool inside = top >= 0 && left >= 0 && top + size <= height && left + size <= width;
            ref T target = ref points[tile * tileStep];
            if (inside)
            {
                ref T source = ref Unsafe.Add(ref MemoryMarshal.GetReference(image), start);
                for (nint c = 0; c < whole; c += TSimd.Width)
                {
                    WinogradTransform.Apply<TTransform, TSimd, TVector, T>(
                        in Unsafe.Add(ref source, c), width * channels, channels, ref scratch, ref Unsafe.Add(ref target, c), (nint)TTransform.To * pointStep, pointStep);
                }

                for (nint c = whole; c < channels; c++)
                {
                    WinogradTransform.Apply<TTransform, SimdScalar<T>, T, T>(
                        in Unsafe.Add(ref source, c), width * channels, channels, ref scratch, ref Unsafe.Add(ref target, c), (nint)TTransform.To * pointStep, pointStep);
                }
            }
            else
            {
                ref T cut = ref MemoryMarshal.GetReference(window);
                for (nint c = 0; c < whole; c += TSimd.Width)
                {
                    Cut<TSimd, TVector, T>(image, start + c, height, width, channels, top, left, size, ref cut);
                    WinogradTransform.Apply<TTransform, TSimd, TVector, T>(
                        in cut, (nint)size * TSimd.Width, TSimd.Width, ref scratch, ref Unsafe.Add(ref target, c), (nint)TTransform.To * pointStep, pointStep);
                }

                for (nint c = whole; c < channels; c++)
                {
                    Cut<SimdScalar<T>, T, T>(image, start + c, height, width, channels, top, left, size, ref cut);
                    WinogradTransform.Apply<TTransform, SimdScalar<T>, T, T>(
                        in cut, size, 1, ref scratch, ref Unsafe.Add(ref target, c), (nint)TTransform.To * pointStep, pointStep);
                }
            }
        }
    }

    /// <summary>Copies one vector of each pixel of a window that hangs over the rim; zeros where there is no pixel.</summary>
    private static void Cut<TSimd, TVector, T>(
        ReadOnlySpan<T> image, nint start, int height, int width, int channels, int top, int left, int size, ref T window)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ref T source = ref MemoryMarshal.GetReference(image);
        var zero = TSimd.Broadcast(T.Zero);
        nint target = 0;
        for (int i = 0; i < size; i++)
        {
            bool rowExists = (uint)(top + i) < (uint)height;
            for (int j = 0; j < size; j++, target += TSimd.Width)
            {
                bool exists = rowExists && (uint)(left + j) < (uint)width;
                var value = exists ? TSimd.Load(in source, start + ((((nint)i * width) + j) * channels)) : zero;
                TSimd.Store(value, ref window, target);
            }
        }
    }
}

namespace DeepSharp.Data;

/// <summary>Resizes images as torchvision does with Pillow: bilinear, with a wider window when an image shrinks (antialiasing).</summary>
internal static class Resampling
{
    // Pillow sums bytes times 22-bit integer weights, and rounds to bytes after each of the two passes.
    private const int Precision = 22;

    /// <summary>Resizes an image in the order channel, row, column.</summary>
    public static byte[] Resize(ReadOnlySpan<byte> pixels, int channels, int height, int width, int newHeight, int newWidth)
    {
        byte[] wide = new byte[channels * height * newWidth], result = new byte[channels * newHeight * newWidth];
        var (columns, rows) = (Windows(width, newWidth), Windows(height, newHeight));
        for (int row = 0; row < channels * height; row++)
        {
            for (int x = 0; x < newWidth; x++) wide[(row * newWidth) + x] = Sum(pixels[(row * width)..], columns[x], stride: 1);
        }

        for (int c = 0; c < channels; c++)
        {
            for (int y = 0; y < newHeight; y++)
            {
                var row = result.AsSpan(((c * newHeight) + y) * newWidth, newWidth);
                for (int x = 0; x < newWidth; x++) row[x] = Sum(wide.AsSpan((c * height * newWidth) + x), rows[y], stride: newWidth);
            }
        }

        return result;
    }

    /// <summary>Crops the center of an image in the order channel, row, column.</summary>
    public static void CropCenter(
        ReadOnlySpan<byte> pixels, int channels, int height, int width, Span<byte> crop, int newHeight, int newWidth)
    {
        // Rounded as in torchvision: halves to even.
        int top = (int)Math.Round((height - newHeight) / 2.0), left = (int)Math.Round((width - newWidth) / 2.0);
        for (int row = 0; row < channels * newHeight; row++)
        {
            int source = ((row / newHeight * height) + top + (row % newHeight)) * width;
            pixels.Slice(source + left, newWidth).CopyTo(crop[(row * newWidth)..]);
        }
    }

    private static byte Sum(ReadOnlySpan<byte> pixels, (int First, int[] Weights) window, int stride)
    {
        int sum = 1 << (Precision - 1);
        for (int i = 0; i < window.Weights.Length; i++) sum += pixels[(window.First + i) * stride] * window.Weights[i];
        return (byte)Math.Clamp(sum >> Precision, 0, byte.MaxValue);
    }

    // The window of old pixels for each new pixel. The weights form a triangle around the center of the new pixel. The triangle extends by
    // one old pixel or one new pixel to each side, whichever is larger.
    private static (int First, int[] Weights)[] Windows(int length, int newLength)
    {
        double scale = (double)length / newLength, reach = Math.Max(scale, 1);
        var windows = new (int, int[])[newLength];
        for (int i = 0; i < newLength; i++)
        {
            double center = (i + 0.5) * scale;
            int first = Math.Max((int)(center - reach + 0.5), 0), end = Math.Min((int)(center + reach + 0.5), length);
            double[] weights = new double[end - first];
            for (int j = 0; j < weights.Length; j++)
                weights[j] = Math.Max(0, 1 - Math.Abs((first + j - center + 0.5) / reach));
            double sum = weights.Sum();
            windows[i] = (first, Array.ConvertAll(weights, weight => (int)((weight / sum * (1 << Precision)) + 0.5)));
        }

        return windows;
    }
}

using System.Globalization;

namespace DeepSharp.Data;

/// <summary>Reads binary PPM (P6, color) and PGM (P5, grayscale) images of 8 bits per sample.</summary>
internal static class NetpbmImage
{
    private const int MaxSide = 1 << 15;

    /// <summary>Whether a file with this beginning is a PPM or PGM image.</summary>
    public static bool Begins(ReadOnlySpan<byte> file) => file is [(byte)'P', (byte)'5' or (byte)'6', ..];

    /// <summary>The pixels in the order channel, row, column.</summary>
    /// <exception cref="InvalidDataException">The file is damaged, too large, or has more than 8 bits per sample.</exception>
    public static (byte[] Pixels, int Channels, int Height, int Width) Read(ReadOnlySpan<byte> file)
    {
        int channels = file[1] == (byte)'6' ? 3 : 1, position = 2;
        int width = Number(file, ref position, "width"), height = Number(file, ref position, "height");
        int maximum = Number(file, ref position, "maximum sample");
        if (width > MaxSide || height > MaxSide)
            throw new InvalidDataException($"expected at most {MaxSide} pixels per side, found {height}×{width}.");
        if (maximum > byte.MaxValue) throw new InvalidDataException($"expected samples of 8 bits, found samples up to {maximum}.");
        // One whitespace character ends the header.
        var samples = file[Math.Min(position + 1, file.Length)..];
        int map = height * width;
        if (samples.Length != (long)map * channels)
        {
            throw new InvalidDataException(
                $"an image of {height}×{width} pixels has {(long)map * channels} bytes after its header, found {samples.Length}.");
        }

        byte[] pixels = new byte[samples.Length];
        for (int i = 0; i < samples.Length; i++)
            pixels[(i % channels * map) + (i / channels)] = (byte)Math.Min(samples[i] * byte.MaxValue / maximum, byte.MaxValue);
        return (pixels, channels, height, width);
    }

    // Numbers are separated by whitespace; a comment extends from # to the end of its line.
    private static int Number(ReadOnlySpan<byte> file, ref int position, string what)
    {
        while (position < file.Length && (file[position] == '#' || char.IsWhiteSpace((char)file[position])))
        {
            if (file[position] == '#') position += Math.Max(0, file[position..].IndexOf((byte)'\n'));
            position++;
        }

        int begin = position;
        while (position < file.Length && char.IsAsciiDigit((char)file[position])) position++;
        return int.TryParse(file[begin..position], NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number > 0
            ? number : throw new InvalidDataException($"the header has no {what} at byte {begin}.");
    }
}

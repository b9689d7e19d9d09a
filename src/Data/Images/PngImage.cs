using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;

namespace DeepSharp.Data;

/// <summary>Reads PNG images (W3C, "Portable Network Graphics", 2003) that are not interlaced.</summary>
/// <remarks>Transparency and the lower 8 of 16 bits per sample are dropped.</remarks>
internal static class PngImage
{
    private const int MaxSide = 1 << 15, MaxBytes = 1 << 28, ChunkOverhead = 12, HeaderLength = 13;

    private static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10];

    /// <summary>Whether a file with this beginning is a PNG image.</summary>
    public static bool Begins(ReadOnlySpan<byte> file) => file.StartsWith(Signature);

    /// <summary>The pixels in the order channel, row, column: gray or red, green, blue.</summary>
    /// <exception cref="InvalidDataException">The file is damaged, interlaced, too large, or of an unknown color type.</exception>
    public static (byte[] Pixels, int Channels, int Height, int Width) Read(ReadOnlySpan<byte> file)
    {
        Header? found = null;
        byte[] palette = [];
        using var compressed = new MemoryStream();
        for (int position = Signature.Length; ;)
        {
            var (type, data) = Chunk(file, ref position);
            if (type.SequenceEqual("IHDR"u8)) found = Header.Read(data);
            else if (type.SequenceEqual("PLTE"u8)) palette = data.ToArray();
            else if (type.SequenceEqual("IDAT"u8)) compressed.Write(data);
            else if (type.SequenceEqual("IEND"u8)) break;
        }

        if (found is not { } header) throw new InvalidDataException("the PNG image has no header.");
        compressed.Position = 0;
        byte[] rows = Inflate(compressed, header);
        return (Pixels(rows, header, palette), header.Channels, header.Height, header.Width);
    }

    /// <summary>Reads a chunk: length, type, data, and a checksum of type and data.</summary>
    private static (byte[] Type, byte[] Data) Chunk(ReadOnlySpan<byte> file, ref int position)
    {
        long left = (long)file.Length - position - ChunkOverhead;
        if (left < 0 || BinaryPrimitives.ReadUInt32BigEndian(file[position..]) is var length && length > left)
            throw new InvalidDataException("the PNG image is truncated.");
        var checkedBytes = file.Slice(position + sizeof(uint), sizeof(uint) + (int)length);
        position += ChunkOverhead + (int)length;
        if (Crc32.HashToUInt32(checkedBytes) != BinaryPrimitives.ReadUInt32BigEndian(file[(position - sizeof(uint))..]))
            throw new InvalidDataException("the PNG image is damaged: a checksum is wrong.");
        return (checkedBytes[..sizeof(uint)].ToArray(), checkedBytes[sizeof(uint)..].ToArray());
    }

    /// <summary>Decompresses the rows, each preceded by its filter type, and undoes the filters. The header determines the size.</summary>
    private static byte[] Inflate(Stream compressed, Header header)
    {
        byte[] rows = new byte[header.Height * (header.RowBytes + 1)];
        try
        {
            using var inflated = new ZLibStream(compressed, CompressionMode.Decompress);
            inflated.ReadExactly(rows);
        }
        catch (Exception e) when (e is EndOfStreamException or InvalidDataException)
        {
            throw new InvalidDataException($"the PNG image is damaged: its pixels do not decompress to {rows.Length} bytes.", e);
        }

        for (int y = 0; y < header.Height; y++)
        {
            int start = (y * (header.RowBytes + 1)) + 1;
            var above = y == 0 ? new byte[header.RowBytes] : rows.AsSpan(start - header.RowBytes - 1, header.RowBytes);
            Unfilter(rows[start - 1], rows.AsSpan(start, header.RowBytes), above, header.PixelBytes);
        }

        return rows;
    }

    // Each byte is stored as the difference from a prediction. The prediction uses the corresponding bytes of the pixels to the left (a),
    // above (b), and above left (c).
    private static void Unfilter(byte filter, Span<byte> row, ReadOnlySpan<byte> above, int pixelBytes)
    {
        for (int i = 0; i < row.Length; i++)
        {
            int a = i < pixelBytes ? 0 : row[i - pixelBytes], b = above[i], c = i < pixelBytes ? 0 : above[i - pixelBytes];
            row[i] += (byte)(filter switch
            {
                0 => 0,
                1 => a,
                2 => b,
                3 => (a + b) / 2,
                4 => Paeth(a, b, c),
                _ => throw new InvalidDataException($"the PNG image is damaged: unknown filter {filter}."),
            });
        }
    }

    // The Paeth predictor: of a, b and c, the nearest to a + b − c.
    private static int Paeth(int a, int b, int c)
    {
        int toA = Math.Abs(b - c), toB = Math.Abs(a - c), toC = Math.Abs(a + b - (2 * c));
        return toA <= toB && toA <= toC ? a : toB <= toC ? b : c;
    }

    private static byte[] Pixels(ReadOnlySpan<byte> rows, Header header, ReadOnlySpan<byte> palette)
    {
        byte[] pixels = new byte[header.Channels * header.Height * header.Width];
        int map = header.Height * header.Width;
        for (int p = 0; p < map; p++)
        {
            var row = rows.Slice((p / header.Width * (header.RowBytes + 1)) + 1, header.RowBytes);
            for (int c = 0; c < header.Channels; c++)
            {
                int sample = header.Sample(row, p % header.Width, header.HasPalette ? 0 : c);
                if (header.HasPalette && (3 * sample) + c >= palette.Length)
                    throw new InvalidDataException($"the PNG image has no palette color {sample}.");
                pixels[(c * map) + p] = header.HasPalette ? palette[(3 * sample) + c] : (byte)sample;
            }
        }

        return pixels;
    }

    /// <summary>
    /// The header: size, bits per sample, and color type (0 grayscale, 2 color, 3 palette index, 4 grayscale with transparency, 6 color
    /// with transparency).
    /// </summary>
    private readonly record struct Header(int Width, int Height, int Bits, int Kind)
    {
        public bool HasPalette => Kind == 3;

        public int Channels => Kind is 0 or 4 ? 1 : 3;

        /// <summary>The number of bytes in a row, without its filter type.</summary>
        public int RowBytes => ((Width * Samples * Bits) + 7) / 8;

        /// <summary>The number of bytes in a pixel, at least 1.</summary>
        public int PixelBytes => Math.Max(Samples * Bits / 8, 1);

        private int Samples => Kind switch { 2 => 3, 4 => 2, 6 => 4, _ => 1 };

        public static Header Read(ReadOnlySpan<byte> data)
        {
            if (data.Length != HeaderLength) throw new InvalidDataException("the PNG image has no header.");
            uint width = BinaryPrimitives.ReadUInt32BigEndian(data), height = BinaryPrimitives.ReadUInt32BigEndian(data[4..]);
            if (width is < 1 or > MaxSide || height is < 1 or > MaxSide)
                throw new InvalidDataException($"expected 1 to {MaxSide} pixels per side, found {height}×{width}.");
            bool isKnown = (data[8], data[9]) is (1 or 2 or 4 or 8, 0 or 3) or (8, 2 or 4 or 6) or (16, 0 or 2 or 4 or 6);
            if (!isKnown || data[12] != 0)
                throw new InvalidDataException("the PNG image is interlaced, or of an unknown color type; save it without interlacing.");
            var header = new Header((int)width, (int)height, data[8], data[9]);
            return (long)height * (header.RowBytes + 1) <= MaxBytes ? header
                : throw new InvalidDataException($"the PNG image of {height}×{width} pixels decompresses to more than {MaxBytes} bytes.");
        }

        /// <summary>A sample scaled to 8 bits; a palette index is not scaled.</summary>
        public int Sample(ReadOnlySpan<byte> row, int column, int sample)
        {
            int index = (column * Samples) + sample;
            if (Bits >= 8) return row[index * Bits / 8];
            int max = (1 << Bits) - 1, value = (row[index * Bits / 8] >> (8 - Bits - (index * Bits % 8))) & max;
            return HasPalette ? value : value * byte.MaxValue / max;
        }
    }
}

using System.IO.Hashing;

namespace DeepSharp.Data.Tests.Images;

public class PngImageTests
{
    private static readonly Fixture Recorded = Fixture.Load("images");

    public static TheoryData<string> Cases =>
        [.. Recorded.Names.Where(name => name.StartsWith("png/", StringComparison.Ordinal)).Select(name => name.Split('/')[1]).Distinct()];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Reads_the_pixels_that_Pillow_reads(string name)
    {
        var (pixels, channels, height, width) = PngImage.Read(File(name));
        Assert.Equal(Recorded.ShapeOf($"png/{name}/pixels"), [channels, height, width]);
        Assert.Equal(Recorded.Labels($"png/{name}/pixels"), Array.ConvertAll(pixels, pixel => (int)pixel));
    }

    [Fact]
    public void Refuses_damaged_files()
    {
        byte[] good = File("palette");
        for (int length = 8; length < good.Length; length++) Refuses(good[..length], "truncated");
        for (int i = 8; i < good.Length; i++)
        {
            byte[] flipped = [.. good];
            flipped[i] ^= 4;
            Refuses(flipped, "");
        }
    }

    [Fact]
    public void Refuses_unsupported_headers()
    {
        Refuses(WithHeader(12, 1), "interlaced");
        Refuses(WithHeader(8, 5), "of an unknown color type");
        Refuses(WithHeader(0, 1), "expected 1 to 32768 pixels per side");
        // A height of 200, more rows than the file has.
        Refuses(WithHeader(7, 200), "do not decompress to");
    }

    // Changes one byte of the header and recomputes the checksum.
    private static byte[] WithHeader(int index, byte value)
    {
        byte[] file = File("colour");
        file[16 + index] = value;
        uint crc = Crc32.HashToUInt32(file.AsSpan(12, 17));
        for (int i = 0; i < 4; i++) file[29 + i] = (byte)(crc >> (24 - (8 * i)));
        return file;
    }

    private static void Refuses(byte[] file, string expected) =>
        Assert.Contains(expected, Assert.Throws<InvalidDataException>(() => PngImage.Read(file)).Message, StringComparison.Ordinal);

    private static byte[] File(string name) => Array.ConvertAll(Recorded.Labels($"png/{name}/file"), value => (byte)value);
}

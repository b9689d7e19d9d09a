using System.Text;
using DeepSharp.Formats;

namespace DeepSharp.Data.Tests.Images;

public sealed class ImageFileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Reads_color_and_gray_images()
    {
        RequireImages(Load([.. "P6 2 1\n255\n"u8, 1, 2, 3, 4, 5, 6]), 1, 3, 1, 2, [1, 4, 2, 5, 3, 6]);
        RequireImages(Load([.. "P5\n# drawn by hand\n3 # columns\n1\n15\n"u8, 0, 3, 15]), 1, 1, 1, 3, [0, 51, 255]);
    }

    [Fact]
    public void Reads_arrays_with_channels_last_and_first()
    {
        byte[] data = [.. Enumerable.Range(0, 24).Select(i => (byte)i)];
        byte[] first = [0, 3, 6, 9, 1, 4, 7, 10, 2, 5, 8, 11, 12, 15, 18, 21, 13, 16, 19, 22, 14, 17, 20, 23];
        RequireImages(Load(Array("2, 2, 2, 3", data)), 2, 3, 2, 2, first);
        RequireImages(Load(Array("2, 3, 2, 2", data)), 2, 3, 2, 2, data);
        RequireImages(Load(Array("2, 12, 1", data)), 1, 1, 2, 12, data);
        RequireImages(Load(Array("4, 6", data)), 1, 1, 4, 6, data);
    }

    [Fact]
    public void Reads_cifar_10_records()
    {
        byte[] file = new byte[2 * 3073];
        (file[0], file[1], file[3073 + 3072]) = (7, 1, 2);
        var images = Load(file);
        Assert.Equal((2, 3, 32, 32), (images.Count, images.Channels, images.Height, images.Width));
        byte[] pixels = new byte[3072];
        images.ReadPixels(0, pixels);
        Assert.Equal((1, 0), (pixels[0], pixels[^1]));
        images.ReadPixels(1, pixels);
        Assert.Equal((0, 2), (pixels[0], pixels[^1]));
    }

    [Theory]
    [InlineData("P6 2 1 255 12345", "an image of 1×2 pixels has 6 bytes after its header, found 5")]
    [InlineData("P6 2 1 255", "has 6 bytes after its header, found 0")]
    [InlineData("P6 2 1 65535 123456", "expected samples of 8 bits, found samples up to 65535")]
    [InlineData("P6 2 x", "the header has no height at byte 5")]
    [InlineData("P6 # nothing else", "the header has no width")]
    [InlineData("P6 99999 99999 255 x", "at most 32768 pixels per side")]
    [InlineData("\u00ff\u00d8\u00ff\u00e0", "JPEG images are not supported")]
    [InlineData("GIF89a", "found a file of 6 bytes in another format")]
    [InlineData("", "found a file of 0 bytes in another format")]
    [InlineData("\u0093NUMPY", "the file ends within its header")]
    [InlineData("\u0093NUMPY\u0001\0\u00ff\u00ff{}", "the header would take 65535 bytes")]
    [InlineData("\u0093NUMPY\u0001\0\u0002\0{}", "expected an array of bytes ('|u1') in row-major order, found the header {}")]
    public void Refuses_files_that_are_not_images(string content, string expected) => Refuses(Encoding.Latin1.GetBytes(content), expected);

    [Fact]
    public void Refuses_arrays_of_other_shapes()
    {
        Refuses(Array("2, 2, 2, 2", new byte[16]), "with 1 or 3 channels, found an array [2, 2, 2, 2]");
        Refuses(Array("0, 2, 2, 3", []), "found an array [0, 2, 2, 3]");
        Refuses(Array("3, ", new byte[3]), "found an array [3]");
        Refuses(Array("2, 2, 3", new byte[11]), "an array [2, 2, 3] has 12 bytes after its header, found 11");
        Refuses(Array("2, 99999999999, 3", new byte[11]), "the length \"99999999999\" is not a whole number of at most 2147483647");
    }

    [Fact]
    public void The_header_of_a_float_array_matches_NumPy()
    {
        byte[] header = NumPyFile.FloatHeader(10_000, 10);
        Assert.Equal(128, header.Length);
        Assert.Equal((byte[])[0x93, .. "NUMPY"u8, 1, 0, 118, 0], header[..10]);
        Assert.Equal("{'descr': '<f4', 'fortran_order': False, 'shape': (10000, 10), }", Encoding.ASCII.GetString(header[10..]).TrimEnd());
        Assert.Equal((byte)'\n', header[^1]);
    }

    private static byte[] Array(string shape, byte[] data)
    {
        byte[] header = Encoding.ASCII.GetBytes($"{{'descr': '|u1', 'fortran_order': False, 'shape': ({shape}), }}\n");
        return [0x93, .. "NUMPY"u8, 1, 0, (byte)header.Length, 0, .. header, .. data];
    }

    private static void RequireImages(IImageDataset images, int count, int channels, int height, int width, byte[] expected)
    {
        Assert.Equal((count, channels, height, width), (images.Count, images.Channels, images.Height, images.Width));
        byte[] pixels = new byte[expected.Length];
        for (int i = 0; i < count; i++) images.ReadPixels(i, pixels.AsSpan(i * expected.Length / count, expected.Length / count));
        Assert.Equal(expected, pixels);
    }

    private void Refuses(byte[] file, string expected)
    {
        string message = Assert.Throws<InvalidDataException>(() => Load(file)).Message;
        Assert.StartsWith($"{folder["image"]}: ", message, StringComparison.Ordinal);
        Assert.Contains(expected, message, StringComparison.Ordinal);
    }

    private IImageDataset Load(byte[] file)
    {
        File.WriteAllBytes(folder["image"], file);
        return ImageFile.Load(folder["image"]);
    }
}

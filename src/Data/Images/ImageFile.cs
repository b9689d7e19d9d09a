using DeepSharp.Formats;

namespace DeepSharp.Data;

/// <summary>Reads images in formats that need no large decoder.</summary>
public static class ImageFile
{
    private const string Expected =
        "expected a PNG image, a binary PPM or PGM, a NumPy array of bytes [N, H, W, C] or [N, C, H, W], or CIFAR-10 records";

    private const int MaxBytes = 1 << 30;

    /// <summary>
    /// Reads the images in a file. The content determines the format: PNG, a binary PPM (P6) or PGM (P5), a NumPy array of bytes, or
    /// CIFAR-10 records.
    /// </summary>
    /// <returns>Images that all have label 0, a class without a name; their normalization only scales pixels to 0..1.</returns>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="InvalidDataException">
    /// The file has another format, is damaged, or is larger than 1 GiB; the message begins with the path.
    /// </exception>
    public static IImageDataset Load(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (!File.Exists(path)) throw new FileNotFoundException($"Expected an image file, found no file {path}.");
        if (new FileInfo(path).Length > MaxBytes)
            throw new InvalidDataException($"{path}: expected a file of at most {MaxBytes} bytes.");
        byte[] file = File.ReadAllBytes(path);
        try
        {
            var (pixels, channels, height, width) = Read(file);
            int[] labels = new int[pixels.Length / (channels * height * width)];
            return new InMemoryDataset(pixels, labels, channels, height, width, [""], Normalization.None(channels));
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"{path}: {e.Message}", e);
        }
    }

    private static (byte[] Pixels, int Channels, int Height, int Width) Read(byte[] file)
    {
        if (NetpbmImage.Begins(file)) return NetpbmImage.Read(file);
        if (NumPyFile.IsNumPy(file)) return FromArray(NumPyFile.ReadBytes(file));
        if (PngImage.Begins(file)) return PngImage.Read(file);
        if (file is [0xFF, 0xD8, 0xFF, ..])
        {
            throw new InvalidDataException(
                "JPEG images are not supported; convert the image to PNG or PPM, for example with \"magick IMAGE image.png\".");
        }

        return file.Length > 0 && file.Length % Cifar10.RecordBytes == 0
            ? (Cifar10.PixelsOf(file), Cifar10.Channels, Cifar10.Size, Cifar10.Size)
            : throw new InvalidDataException(
                $"{Expected} of {Cifar10.RecordBytes} bytes, found a file of {file.Length} bytes in another format.");
    }

    // Accepts one image or several, with the channels last, as is usual for images, or first, as in networks. If both fit, the channels are
    // last.
    private static (byte[] Pixels, int Channels, int Height, int Width) FromArray((byte[] Elements, int[] Shape) array)
    {
        int[] shape = array.Shape switch
        {
            [var h, var w] => [1, h, w, 1],
            [var a, var b, var c] => [1, a, b, c],
            _ => array.Shape,
        };
        if (array.Elements.Length == 0 || shape.Length != 4) throw new InvalidDataException(Refusal(array.Shape));
        if (shape[3] is not (1 or 3))
        {
            return shape[1] is 1 or 3 ? (array.Elements, shape[1], shape[2], shape[3])
                : throw new InvalidDataException(Refusal(array.Shape));
        }

        var (height, width, channels) = (shape[1], shape[2], shape[3]);
        int map = height * width;
        byte[] pixels = new byte[array.Elements.Length];
        for (int i = 0; i < pixels.Length; i++)
            pixels[(i / (map * channels) * map * channels) + (i % channels * map) + (i / channels % map)] = array.Elements[i];
        return (pixels, channels, height, width);

        static string Refusal(int[] shape) =>
            $"expected an array [N, H, W, C] or [N, C, H, W] with 1 or 3 channels, found an array [{string.Join(", ", shape)}].";
    }
}

using System.Buffers;

namespace DeepSharp.Data;

/// <summary>
/// The images of another data set, preprocessed for a model: resized, cropped, and converted from grayscale to color, if needed, with the
/// normalization of the model.
/// </summary>
internal sealed class PreprocessedImages : IImageDataset
{
    private const int MaxSide = 1 << 14;

    private readonly IImageDataset images;
    private readonly int resizedHeight, resizedWidth;

    public PreprocessedImages(IImageDataset images, ImagePreprocessing description)
    {
        bool grayToColor = (images.Channels, description.Channels) == (1, 3);
        if (images.Channels != description.Channels && !grayToColor)
        {
            throw new InvalidDataException(
                $"The model was trained on images of {description.Channels} channels; these have {images.Channels}.");
        }

        (this.images, Channels, Height, Width) = (images, description.Channels, description.Height, description.Width);
        Normalization = new Normalization(description.Mean, description.Std);
        (resizedHeight, resizedWidth) = (images.Height, images.Width);
        if ((images.Height, images.Width) == (Height, Width) && description.Resize is null) return;

        // As in torchvision, the shorter side is resized to the given length; the other side is scaled by the same factor and rounded down.
        // If no length is given, the image is resized to just cover the crop.
        var (size, of) = description.Resize is { } side ? (side, Math.Min(images.Height, images.Width))
            : (long)Height * images.Width > (long)Width * images.Height ? (Height, images.Height) : (Width, images.Width);
        (resizedHeight, resizedWidth) = (Scaled(images.Height), Scaled(images.Width));
        if (Height < 1 || Width < 1 || resizedHeight < Height || resizedWidth < Width || Math.Max(resizedHeight, resizedWidth) > MaxSide)
        {
            throw new InvalidDataException(
                $"Images of {images.Height}×{images.Width} pixels cannot be resized to {resizedHeight}×{resizedWidth} " +
                $"and cropped to {Height}×{Width}.");
        }

        int Scaled(int length) => (int)Math.Min((long)length * size / of, int.MaxValue);
    }

    public int Count => images.Count;

    public int Channels { get; }

    public int Height { get; }

    public int Width { get; }

    public IReadOnlyList<string> ClassNames => images.ClassNames;

    public Normalization Normalization { get; }

    public int Label(int index) => images.Label(index);

    private bool AreSame =>
        (resizedHeight, resizedWidth, images.Channels) == (Height, Width, Channels) && (Height, Width) == (images.Height, images.Width);

    public ReadOnlySpan<byte> Pixels(int index, Span<byte> buffer)
    {
        if (AreSame) return images.Pixels(index, buffer);
        ReadPixels(index, buffer);
        return buffer;
    }

    public void ReadPixels(int index, Span<byte> pixels)
    {
        if (AreSame)
        {
            images.ReadPixels(index, pixels);
            return;
        }

        int length = images.Channels * images.Height * images.Width, map = Height * Width;
        byte[] rented = ArrayPool<byte>.Shared.Rent(length);
        var image = rented.AsSpan(0, length);
        var source = images.Pixels(index, image);
        var resized = (resizedHeight, resizedWidth) == (images.Height, images.Width)
            ? source : Resampling.Resize(source, images.Channels, images.Height, images.Width, resizedHeight, resizedWidth);
        Resampling.CropCenter(resized, images.Channels, resizedHeight, resizedWidth, pixels, Height, Width);
        for (int c = images.Channels; c < Channels; c++) pixels[..map].CopyTo(pixels[(c * map)..]);
        ArrayPool<byte>.Shared.Return(rented);
    }
}

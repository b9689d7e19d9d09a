using DeepSharp.Tensors;

namespace DeepSharp.Data;

/// <summary>Random changes to training images that do not change their class.</summary>
/// <remarks>
/// Equivalent to torchvision's <c>RandomCrop(size, padding)</c> and <c>RandomHorizontalFlip()</c> before <c>ToTensor()</c> and
/// <c>Normalize</c>: the padding consists of black pixels, which are then normalized.
/// </remarks>
public sealed record Augment
{
    /// <summary>No augmentation.</summary>
    public static Augment None { get; } = new();

    /// <summary>The usual augmentation for CIFAR-10: pads by 4, crops to the original size, and mirrors half of the images.</summary>
    public static Augment CropAndFlip { get; } = new() { Padding = 4, Flip = true };

    /// <summary>The number of black rows and columns added on each side before the crop.</summary>
    public int Padding { get; init; }

    /// <summary>Height and width of the crop, whose position is random; null for the size of the image.</summary>
    public (int Height, int Width)? Crop { get; init; }

    /// <summary>Whether each image is mirrored left to right with probability 1/2.</summary>
    public bool Flip { get; init; }

    /// <summary>The size of the augmented images, given the size of the original images.</summary>
    /// <exception cref="ArgumentException">The padding is negative, or the crop is empty or larger than the padded image.</exception>
    public (int Height, int Width) OutputSize(int height, int width)
    {
        if (Padding < 0) throw new ArgumentException($"Augment: the padding must be at least 0, found {Padding}.", nameof(height));
        var (cropHeight, cropWidth) = Crop ?? (height, width);
        int paddedHeight = height + (2 * Padding), paddedWidth = width + (2 * Padding);
        if (cropHeight < 1 || cropWidth < 1)
            throw new ArgumentException($"Augment: a crop must have at least one pixel, found {cropHeight}×{cropWidth}.", nameof(height));
        if (cropHeight > paddedHeight || cropWidth > paddedWidth)
        {
            throw new ArgumentException(
                $"Augment: a crop of {cropHeight}×{cropWidth} is larger than images of {height}×{width} padded by {Padding} " +
                $"({paddedHeight}×{paddedWidth}).",
                nameof(height));
        }

        return (cropHeight, cropWidth);
    }

    /// <summary>
    /// Draws the offset of the crop, and whether to mirror, for the image at <paramref name="position"/> in the order of an epoch. The
    /// offset is relative to the unpadded image: negative if the crop begins in the padding.
    /// </summary>
    internal (int Top, int Left, bool Mirror) Draw(RandomStream stream, long position, int height, int width)
    {
        var (cropHeight, cropWidth) = OutputSize(height, width);
        int top = stream.Below(height + (2 * Padding) - cropHeight + 1, 4 * position) - Padding;
        int left = stream.Below(width + (2 * Padding) - cropWidth + 1, (4 * position) + 1) - Padding;
        return (top, left, Flip && stream.Below(2, (4 * position) + 2) == 1);
    }
}

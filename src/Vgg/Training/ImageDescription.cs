using System.Text.Json;

namespace DeepSharp.Vgg;

/// <summary>Which images a model was trained on, and how they were prepared: a checkpoint remembers it, because the weights mean nothing without.</summary>
/// <param name="Classes">The names of the classes, in the order of the scores.</param>
/// <param name="Mean">The mean that is subtracted from each channel, of pixels scaled to 0..1.</param>
/// <param name="Std">The deviation that each channel is divided by.</param>
/// <param name="Channels">The channels of the images.</param>
/// <param name="Height">The rows of the images.</param>
/// <param name="Width">The columns of the images.</param>
public sealed record ImageDescription(
    IReadOnlyList<string> Classes, IReadOnlyList<double> Mean, IReadOnlyList<double> Std, int Channels, int Height, int Width)
{
    private const string Key = "images";

    /// <summary>The description of the images of a data set.</summary>
    public static ImageDescription Of(IImageDataset images)
    {
        ArgumentNullException.ThrowIfNull(images);
        return new(images.ClassNames, images.Normalization.Mean, images.Normalization.Deviation, images.Channels, images.Height, images.Width);
    }

    /// <summary>The description in a file of weights; null where the file has none.</summary>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public static ImageDescription? Read(WeightsFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        return file.Metadata.ContainsKey(Key) ? TrainingJson.Read(file, Key, TrainingJson.Default.ImageDescription) : null;
    }

    /// <summary>The images as a model that was trained on these sees them: normalized by what is written here.</summary>
    /// <exception cref="InvalidDataException">They have other classes or another number of channels.</exception>
    public IImageDataset Prepare(IImageDataset images)
    {
        ArgumentNullException.ThrowIfNull(images);
        if (!images.ClassNames.SequenceEqual(Classes))
        {
            throw new InvalidDataException(
                $"The model was trained on the classes {string.Join(", ", Classes)}; the images have {string.Join(", ", images.ClassNames)}.");
        }

        if (images.Channels != Channels) throw new InvalidDataException($"The model was trained on images of {Channels} channels; these have {images.Channels}.");
        return new NormalizedImages(images, new Normalization(Mean, Std));
    }

    internal void Write(IDictionary<string, string> metadata) => metadata[Key] = JsonSerializer.Serialize(this, TrainingJson.Default.ImageDescription);

    /// <summary>Throws unless these are such images.</summary>
    internal void RequireSame(IImageDataset images, string path)
    {
        var found = Of(images);
        bool same = Classes.SequenceEqual(found.Classes) && Mean.SequenceEqual(found.Mean) && Std.SequenceEqual(found.Std)
            && (Channels, Height, Width) == (found.Channels, found.Height, found.Width);
        if (!same) throw new InvalidDataException($"{path}: the training was on {this}; the data set has {found}.");
    }

    /// <summary>Size, classes and normalization.</summary>
    public override string ToString() =>
        $"images {Channels}×{Height}×{Width} of the classes {string.Join(", ", Classes)} (mean {string.Join(", ", Mean)}, deviation {string.Join(", ", Std)})";
}

/// <summary>The images of another data set with another normalization.</summary>
internal sealed class NormalizedImages(IImageDataset images, Normalization normalization) : IImageDataset
{
    public int Count => images.Count;

    public int Channels => images.Channels;

    public int Height => images.Height;

    public int Width => images.Width;

    public IReadOnlyList<string> ClassNames => images.ClassNames;

    public Normalization Normalization => normalization;

    public int Label(int index) => images.Label(index);

    public void ReadPixels(int index, Span<byte> pixels) => images.ReadPixels(index, pixels);
}

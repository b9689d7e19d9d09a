using System.Text.Json;
using System.Text.Json.Serialization;
using DeepSharp.Formats;
using DeepSharp.Tensors;

namespace DeepSharp.Data;

/// <summary>
/// The classes, preprocessing and size of the images that a model expects. Files of weights store this record with the weights.
/// </summary>
/// <param name="Classes">The names of the classes, in the order of the scores; empty if unknown.</param>
/// <param name="Mean">The mean of each channel. It is subtracted after the pixels are scaled to 0..1.</param>
/// <param name="Std">The standard deviation of each channel, by which the difference is divided.</param>
/// <param name="Channels">The number of channels of the images.</param>
/// <param name="Height">The height of the images, to which they are cropped at the center after resizing.</param>
/// <param name="Width">The width of the images, to which they are cropped at the center after resizing.</param>
/// <param name="Resize">
/// The length that the shorter side is resized to before the crop; null to resize images so that they just cover the crop.
/// </param>
public sealed record ImagePreprocessing(
    IReadOnlyList<string> Classes, IReadOnlyList<double> Mean, IReadOnlyList<double> Std, int Channels, int Height, int Width,
    int? Resize = null)
{
    private const string Key = "images";

    /// <summary>
    /// The preprocessing of torchvision's ImageNet models: the shorter side resized to 256, then a center crop of 224×224 pixels.
    /// </summary>
    public static ImagePreprocessing ImageNet { get; } = new([], [0.485, 0.456, 0.406], [0.229, 0.224, 0.225], 3, 224, 224, Resize: 256);

    /// <summary>The description of the images of a data set, without resizing.</summary>
    public static ImagePreprocessing Of(IImageDataset images)
    {
        ArgumentNullException.ThrowIfNull(images);
        var (mean, deviation) = (images.Normalization.Mean, images.Normalization.Deviation);
        return new(images.ClassNames, mean, deviation, images.Channels, images.Height, images.Width);
    }

    /// <summary>The preprocessing in a file of weights; null if the file has none.</summary>
    /// <exception cref="InvalidDataException">The preprocessing in the file is damaged.</exception>
    public static ImagePreprocessing? Read(WeightsFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        var preprocessing = file.ReadMetadata(Key, DataJson.Default.ImagePreprocessing);
        try
        {
            preprocessing?.Check();
            return preprocessing;
        }
        catch (ArgumentException e)
        {
            throw new InvalidDataException($"{file.Path}: the metadata \"{Key}\" is damaged: {e.Reason()}", e);
        }
    }

    /// <summary>
    /// The given images, preprocessed as the model expects whenever they are read: resized, cropped and normalized, and converted from
    /// grayscale to color if needed.
    /// </summary>
    /// <exception cref="InvalidDataException">
    /// The classes are known and differ, the numbers of channels differ (except 1 for a model with 3), or the images cannot be resized.
    /// </exception>
    public IImageDataset Apply(IImageDataset images)
    {
        ArgumentNullException.ThrowIfNull(images);
        if (Classes.Count > 0 && !images.ClassNames.SequenceEqual(Classes))
        {
            throw new InvalidDataException(
                $"The model was trained on the classes {string.Join(", ", Classes)}; " +
                $"the images have {string.Join(", ", images.ClassNames)}.");
        }

        return ApplyUnlabeled(images);
    }

    /// <summary>Like <see cref="Apply"/>, but without comparing classes, for images whose classes are unknown.</summary>
    /// <exception cref="InvalidDataException">The images cannot be converted, as in <see cref="Apply"/>.</exception>
    public IImageDataset ApplyUnlabeled(IImageDataset images)
    {
        ArgumentNullException.ThrowIfNull(images);
        return new PreprocessedImages(images, this);
    }

    /// <summary>Writes the description into the metadata of a file.</summary>
    public void Write(IDictionary<string, string> metadata)
    {
        ArgumentNullException.ThrowIfNull(metadata);
        metadata[Key] = JsonSerializer.Serialize(this, DataJson.Default.ImagePreprocessing);
    }

    // The constructors of Shape and Normalization check their arguments.
    private void Check()
    {
        _ = new Shape(Channels, Height, Width);
        _ = new Normalization(Mean, Std);
        if (Mean.Count != Channels) throw new ArgumentException($"it has {Mean.Count} means for {Channels} channels.", nameof(Mean));
        if (Resize is < 1) throw new ArgumentException($"the shorter side cannot be resized to {Resize}.", nameof(Resize));
    }

    /// <summary>Throws unless the images have the classes, size and normalization of this description.</summary>
    /// <param name="images">The images.</param>
    /// <param name="path">The path of the model's file, with which the message begins.</param>
    /// <exception cref="InvalidDataException">The images differ from this description.</exception>
    public void RequireSame(IImageDataset images, string path)
    {
        var found = Of(images);
        bool same = Classes.SequenceEqual(found.Classes) && Mean.SequenceEqual(found.Mean) && Std.SequenceEqual(found.Std)
            && (Channels, Height, Width) == (found.Channels, found.Height, found.Width);
        if (!same) throw new InvalidDataException($"{path}: the model was trained on {this}; the data set has {found}.");
    }

    /// <summary>Size, classes, resizing and normalization.</summary>
    public override string ToString()
    {
        string classes = Classes.Count == 0 ? "" : $" of the classes {string.Join(", ", Classes)}";
        string resized = Resize is null ? "" : $"shorter side resized to {Resize}, center crop, ";
        string constants = $"mean {string.Join(", ", Mean)}, standard deviation {string.Join(", ", Std)}";
        return $"images {Channels}×{Height}×{Width}{classes} ({resized}{constants})";
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(ImagePreprocessing))]
internal sealed partial class DataJson : JsonSerializerContext;

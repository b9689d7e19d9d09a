using DeepSharp.Formats;

namespace DeepSharp.Vgg;

/// <summary>The options of <see cref="OnnxExport"/>.</summary>
public sealed record OnnxOptions
{
    /// <summary>Whether each batch normalization is folded into the convolution before it; otherwise it is a separate node.</summary>
    public bool FoldBatchNorm { get; init; } = true;

    /// <summary>
    /// Height of the images, which is fixed in the file, like their width. Null selects the size for which the maps have the head's size
    /// (224 with five poolings and ImageNet's head), but at least <see cref="VggOptions.InputSize"/>.
    /// </summary>
    public int? Height { get; init; }

    /// <summary>Width of the images; null for the same as the height.</summary>
    public int? Width { get; init; }

    /// <summary>
    /// Metadata of the file (ONNX's metadata_props), in addition to the description of the network: for instance the image preprocessing.
    /// The metadata of a <see cref="WeightsFile"/> can be passed; entries that are valid only for that file are omitted.
    /// </summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();
}

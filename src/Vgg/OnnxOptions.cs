using DeepSharp.Formats;

namespace DeepSharp.Vgg;

/// <summary>How <see cref="OnnxExport"/> writes a model.</summary>
public sealed record OnnxOptions
{
    /// <summary>Whether each batch normalization is folded into the convolution before it; otherwise it is a separate node.</summary>
    public bool FoldBatchNorm { get; init; } = true;

    /// <summary>
    /// Height of the images; the file fixes height and width. null stands for the size whose maps have the head's size (224 with
    /// ImageNet's head), but at least <see cref="VggOptions.InputSize"/>.
    /// </summary>
    public int? Height { get; init; }

    /// <summary>Width of the images; null for their height.</summary>
    public int? Width { get; init; }

    /// <summary>
    /// Metadata of the file (ONNX's metadata_props), in addition to the description of the network: for instance the image preprocessing.
    /// The metadata of a <see cref="WeightsFile"/> can be passed. Entries that are valid for that file only are left out.
    /// </summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();
}

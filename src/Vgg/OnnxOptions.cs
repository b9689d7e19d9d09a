using DeepSharp.Formats;

namespace DeepSharp.Vgg;

/// <summary>How <see cref="OnnxExport"/> writes a model.</summary>
public sealed record OnnxOptions
{
    /// <summary>Whether each batch normalization is folded into the convolution before it; else it is a node of its own.</summary>
    public bool FoldBatchNorm { get; init; } = true;

    /// <summary>
    /// Height of the images, which the file fixes as it does their width; null for the size whose maps are what the head reads (224 with ImageNet's head), and
    /// at least <see cref="VggOptions.InputSize"/>.
    /// </summary>
    public int? Height { get; init; }

    /// <summary>Width of the images; null for their height.</summary>
    public int? Width { get; init; }

    /// <summary>
    /// What the file says about itself (ONNX's metadata_props) beside the network that it holds, for instance how images are prepared. The metadata of a
    /// <see cref="WeightsFile"/> will do: what belongs to that file alone is left out.
    /// </summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();
}

using System.Globalization;
using System.Numerics;
using DeepSharp.Formats;
using DeepSharp.Nn;
using DeepSharp.Tensors;

namespace DeepSharp.Vgg;

/// <summary>Writes models as ONNX files (https://onnx.ai, operator set 17), which other runtimes can execute.</summary>
/// <remarks>
/// The network is written in evaluation mode: without dropout, with running statistics. Its input is <c>images</c>, float32 [N, C, H, W]
/// with any N. Its output is <c>logits</c>, float32 [N, classes]. All weights are in the file, under PyTorch's keys. If batch
/// normalizations are folded, these are the keys of the network without them. <see cref="OnnxFile"/> reads such files.
/// </remarks>
public static class OnnxExport
{
    /// <summary>Writes a model to a file atomically.</summary>
    /// <param name="model">The model. Weights in double precision are rounded to float32.</param>
    /// <param name="path">The file; an existing one is replaced.</param>
    /// <param name="options">The options; null for the defaults.</param>
    /// <exception cref="ArgumentException">The requested height or width is less than 1.</exception>
    /// <exception cref="ShapeException">The model does not accept images of the requested size.</exception>
    /// <exception cref="NotSupportedException">ONNX cannot represent a layer, or the file would be 2 GiB or larger.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Write<T>(VggModel<T> model, string path, OnnxOptions? options = null)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentException.ThrowIfNullOrEmpty(path);
        options ??= new OnnxOptions();
        int height = options.Height ?? NaturalSize(model.Description), width = options.Width ?? height;
        if (height < 1 || width < 1)
            throw new ArgumentException($"ONNX: expected images of at least 1×1 pixels, found {height}×{width}.", nameof(options));
        Shape input = [1, model.Options.InputChannels, height, width];
        bool folds = options.FoldBatchNorm && model.Options.BatchNorm;
        using var graph = OnnxExporter.Export(model, input, folds);
        graph.Save(path, input, model.Options.Classes, Metadata(model, folds, options.Metadata));
    }

    private static Dictionary<string, string> Metadata<T>(VggModel<T> model, bool folds, IReadOnlyDictionary<string, string> given)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        // The checksum and the training state are valid only for the file that they come from.
        var metadata = given.Where(pair => pair.Key is not (WeightsFile.ChecksumKey or TrainingCheckpoint.MetadataKey)).ToDictionary();
        // A folded network has no batch normalizations, and each convolution has a bias.
        var written = folds
            ? model.Description with { Options = model.Options with { BatchNorm = false, ConvolutionBias = true } }
            : model.Description;
        written.Write(metadata);
        // Evaluation does not use the integers (batch counters), so no node reads them. They are stored as metadata, unless they belong to
        // folded batch normalizations.
        foreach (var (name, entry) in model.State())
        {
            if (entry.IsInteger && !folds) metadata[name] = entry.Integer.ToString(CultureInfo.InvariantCulture);
        }

        return metadata;
    }

    /// <summary>
    /// The image size for which the maps have the size that the head expects, if only max poolings reduce it; at least the input size.
    /// </summary>
    private static int NaturalSize(VggDescription description)
    {
        int poolings = description.Config.Steps.Count(step => step.Kind == VggStepKind.MaxPool);
        return Math.Max(description.Options.InputSize, description.Options.Head.PoolSize << poolings);
    }
}

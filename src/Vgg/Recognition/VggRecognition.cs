using System.Globalization;
using DeepSharp.Formats;
using DeepSharp.Nn;

namespace DeepSharp.Vgg;

/// <summary>The VGG model recognized in a weights file.</summary>
/// <param name="Description">The description of the model.</param>
/// <param name="Weights">
/// A view of the file, with its tensors under the names of the model. It reads from the file, which must stay open.
/// </param>
/// <param name="Assumptions">The properties that the file does not determine, with the values assumed for them.</param>
public sealed record VggRecognition(VggDescription Description, WeightsFile Weights, IReadOnlyList<string> Assumptions)
{
    private const string CounterSuffix = ".num_batches_tracked", MeanSuffix = ".running_mean";

    /// <summary>Recognizes the model in a file: by its stored description, else by its ONNX nodes, else by its names and shapes.</summary>
    /// <remarks>
    /// Names may have any prefix. Convolutions, batch normalizations and linear layers are matched by their order. Gaps in the numbers of
    /// the layers show where poolings are. A configuration of the paper is recognized even with other widths. The input width of the first
    /// linear layer, divided by the channels of the last convolution, is the number of pixels of each map that the head reads. The
    /// description in an ONNX file counts only if the nodes are those that the described model is exported as.
    /// </remarks>
    /// <param name="file">The file.</param>
    /// <param name="config">
    /// The configuration; null to determine it from the file. If it is given, a stored description is ignored, but the nodes of an ONNX
    /// file must have the configuration.
    /// </param>
    /// <param name="lrn">
    /// The constants of the local response normalizations; null for those in the file, or the paper's if it has none. The nodes of an ONNX
    /// file must have the constants.
    /// </param>
    /// <param name="inputSize">
    /// Height and width of the images, which with the width of the first linear layer determine paddings and poolings; null for the usual
    /// 32 (28 for one channel), or another usual size if that does not fit. Files that describe their model or have nodes do not need it.
    /// </param>
    /// <exception cref="InvalidDataException">The file is damaged, or contains no VGG model.</exception>
    /// <exception cref="ArgumentException">
    /// The file does not determine the configuration (the message says what to pass), or contradicts a given argument.
    /// </exception>
    public static VggRecognition Of(
        WeightsFile file, VggConfig? config = null, LrnConstants? lrn = null, int? inputSize = null)
    {
        ArgumentNullException.ThrowIfNull(file);
        try
        {
            var recognition = Recognize(file.WithoutTraining(), file as OnnxFile, config, lrn, inputSize);
            // Checked before memory is allocated for the model, because a short description may ask for a huge model.
            long count = recognition.Description.ParameterCount;
            if (count > file.Length)
                throw new InvalidDataException($"expected a model of {count} parameters, found only {file.Length} bytes.");
            RequireSound(recognition.Description);
            return recognition;
        }
        catch (InvalidDataException e) when (!e.Message.StartsWith(file.Path, StringComparison.Ordinal))
        {
            throw file.Refusal(e);
        }
        catch (ArgumentException e)
        {
            throw new ArgumentException($"{file.Path}: {e.Reason()}", nameof(config), e);
        }
    }

    private static VggRecognition Recognize(
        WeightsFile file, OnnxFile? onnx, VggConfig? config, LrnConstants? lrn, int? size)
    {
        var tensors = file.Tensors.Values.AsEnumerable();
        var described = VggDescription.Read(file);
        // The description of a file whose nodes were changed later may be wrong.
        if (onnx is not null && (described is null || !OnnxNetwork.IsExportOf(onnx, described)))
        {
            var network = OnnxNetwork.Of(onnx);
            RequireSame(network.Config, config, network.Lrn, lrn);
            var (recognized, renamed, _) = ByNames(network.Tensors, network.Config, network.Lrn);
            recognized = recognized with { Options = recognized.Options with { InputSize = network.InputSize } };
            return new VggRecognition(recognized, file.View(renamed, Undescribed(file)), network.Assumptions);
        }

        if (onnx is not null)
        {
            RequireSame(described!.Config, config, described.Options.Lrn, lrn);
            config = null;
            // Constants that do not belong to a layer, such as those of a pooling, have other names.
            tensors = tensors.Where(tensor => StateLayer.IsState(tensor.Name));
        }

        if (config is not null || described is null) return ByNames(file, [.. tensors], config, lrn, size);
        var metadata = file.Metadata;
        if (onnx is not null)
        {
            tensors = WithIntegers(tensors, metadata);
            metadata = metadata.Where(pair => !pair.Key.EndsWith(CounterSuffix, StringComparison.Ordinal)).ToDictionary();
        }

        var description = lrn is null ? described : described with { Options = described.Options with { Lrn = lrn } };
        return new VggRecognition(description, file.View(tensors, metadata), []);
    }

    // The nodes of a graph determine the configuration and the constants, so given ones must be the same.
    private static void RequireSame(VggConfig config, VggConfig? givenConfig, LrnConstants? lrn, LrnConstants? givenLrn)
    {
        if (givenConfig is not null && givenConfig.ToString() != config.ToString())
            throw new ArgumentException($"the nodes have the configuration {config}, not {givenConfig}.", nameof(givenConfig));
        if (givenLrn is not null && lrn is not null && givenLrn != lrn)
            throw new ArgumentException($"the nodes have the constants {lrn} of local response normalization.", nameof(givenLrn));
    }

    // If the model cannot be created, for instance because its poolings reduce the image to nothing, the description is damaged.
    private static void RequireSound(VggDescription description)
    {
        try
        {
            using var model = description.CreateModel<float>();
        }
        catch (ArgumentException e)
        {
            throw new InvalidDataException($"the description of the model is damaged: {e.Reason()}", e);
        }
    }

    // A stored description that does not hold must not be written to another file.
    private static Dictionary<string, string> Undescribed(WeightsFile file) =>
        file.Metadata.Where(pair => pair.Key != VggDescription.Key).ToDictionary();

    private static VggRecognition ByNames(
        WeightsFile file, List<StoredTensor> tensors, VggConfig? config, LrnConstants? lrn, int? size)
    {
        string? normalization = RemoveNormalization(file, tensors);
        var (description, renamed, assumptions) = ByNames(tensors, config, lrn, size);
        if (normalization is not null) assumptions = [.. assumptions, normalization];
        return new VggRecognition(description, file.View(renamed, Undescribed(file)), assumptions);
    }

    // Some programs store the mean and the standard deviation that normalize the images as buffers of the network.
    private static string? RemoveNormalization(WeightsFile file, List<StoredTensor> tensors)
    {
        const string Mean = ".mean", Deviation = ".std";
        if (tensors.Find(tensor => tensor.Name.EndsWith(Mean, StringComparison.Ordinal)) is not { } mean) return null;
        string path = mean.Name[..^Mean.Length];
        if (tensors.Find(tensor => tensor.Name == path + Deviation) is not { } deviation) return null;
        tensors.RemoveAll(tensor => tensor == mean || tensor == deviation);
        return $"images that are normalized beforehand, as the buffers of \"{path}\" do: "
            + $"--mean {Elements(mean)} --std {Elements(deviation)}";

        string Elements(StoredTensor buffer)
        {
            using var elements = file.Read<double>(buffer.Name);
            return string.Join(',', elements.ToArray().Select(element => element.ToString("g6", CultureInfo.InvariantCulture)));
        }
    }

    /// <summary>Recognizes the model by names and shapes alone, and renames the tensors as in the model.</summary>
    internal static (VggDescription Description, IReadOnlyList<StoredTensor> Tensors, IReadOnlyList<string> Assumptions) ByNames(
        IEnumerable<StoredTensor> tensors, VggConfig? config = null, LrnConstants? lrn = null, int? size = null)
    {
        var layers = StateLayer.Group(tensors);
        var features = new FeatureReader(layers);
        var head = new HeadReader(layers, features.Channels);
        List<string> assumptions = [];
        int channels = features.Convolutions[0].Length(1), inputSize;
        if (config is null)
        {
            (config, inputSize) = features.Configuration(head.PoolSize, size, assumptions);
            assumptions.Insert(
                0, "ReLU after each convolution and hidden linear layer, and max pooling, which a state dictionary does not show");
        }
        else
        {
            features.RequireConvolutionsOf(config);
            inputSize = size ?? ConfigurationSearch.SizeFor(config, channels, head.PoolSize);
        }

        var description = new VggDescription(config, new VggOptions
        {
            BatchNorm = features.Norms.Count > 0,
            ConvolutionBias = features.HasBias,
            Classes = head.Classes,
            Head = head.Head(),
            InputChannels = channels,
            InputSize = inputSize,
            Lrn = lrn ?? LrnConstants.Paper,
        });
        return (description, Renamed(description, features, head), assumptions);
    }

    /// <summary>The tensors of a file under the names of the model. Batch counters missing in old files are 0, as in a new model.</summary>
    private static StoredTensor[] Renamed(VggDescription description, FeatureReader features, HeadReader head)
    {
        using var model = description.CreateModel<float>();
        return [.. Of<Conv2d<float>>(features.Convolutions), .. Of<BatchNorm2d<float>>(features.Norms), .. Of<Linear<float>>(head.Linears)];

        IEnumerable<StoredTensor> Of<TLayer>(IEnumerable<StateLayer> layers)
        {
            foreach (var ((key, _), layer) in model.NamedModules().Where(named => named.Module is TLayer).Zip(layers))
            {
                foreach (var (name, tensor) in layer.Tensors) yield return tensor with { Name = $"{key}.{name}" };
                if (layer.Weight.Count == 2 && !layer.HasBias)
                    yield return StoredTensor.Zeros($"{key}.bias", layer.Weight[0]);
                if (layer.IsNorm && !layer.Tensors.ContainsKey(CounterSuffix[1..])) yield return StoredTensor.Of(key + CounterSuffix, 0);
            }
        }
    }

    /// <summary>
    /// The tensors of an ONNX file that describes its model, with the integers from its metadata. A missing integer is 0.
    /// </summary>
    private static IEnumerable<StoredTensor> WithIntegers(IEnumerable<StoredTensor> tensors, IReadOnlyDictionary<string, string> metadata)
    {
        foreach (var tensor in tensors)
        {
            yield return tensor;
            if (!tensor.Name.EndsWith(MeanSuffix, StringComparison.Ordinal)) continue;
            string counter = tensor.Name[..^MeanSuffix.Length] + CounterSuffix;
            long count = 0;
            if (metadata.TryGetValue(counter, out string? text) && !long.TryParse(text, out count))
                throw new InvalidDataException($"the metadata \"{counter}\" is not a whole number.");
            yield return StoredTensor.Of(counter, count);
        }
    }
}

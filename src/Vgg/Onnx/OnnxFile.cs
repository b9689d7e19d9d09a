using Microsoft.Win32.SafeHandles;

namespace DeepSharp.Vgg;

/// <summary>Reads the weights of a VGG network in an ONNX file as a state dictionary: of our own, and of other exporters.</summary>
/// <remarks>
/// A file of ours says which network it holds, and calls its constants by PyTorch's keys. Of others the nodes tell the network, see <see cref="OnnxNetwork"/>,
/// and its tensors get the keys that they would have in torchvision. Nothing is computed that the file asks for, and the elements are read where they lie.
/// </remarks>
public sealed class OnnxFile : WeightsFile
{
    /// <summary>The end of the names of counters, for which ONNX has no place but metadata.</summary>
    internal const string CounterSuffix = ".num_batches_tracked";

    // The field ir_version, a small number, which all exporters write first.
    private const byte VersionTag = 8;
    private const int MaxNodes = 1 << 12, MaxConstants = 1 << 14;

    internal OnnxFile(string path, SafeFileHandle handle)
        : base(path, handle)
    {
        var reader = new ProtobufReader(this);
        Dictionary<string, string> metadata = [];
        Dictionary<string, OnnxConstant> constants = [];
        List<OnnxOperation> nodes = [];
        bool hasGraph = false;
        foreach (var field in reader.Fields())
        {
            if (field.Number == 14) ReadMetadata(reader, field, metadata);
            if (field.Number != 7) continue;
            if (hasGraph) throw new InvalidDataException("an ONNX file has one graph, found another.");
            hasGraph = true;
            ReadGraph(reader, field, nodes, constants);
        }

        if (!hasGraph) throw new InvalidDataException("an ONNX file without a graph, or truncated.");
        Dictionary<string, StoredTensor> tensors = [];
        if (metadata.ContainsKey(ModelDescription.Key))
        {
            foreach (var constant in constants.Values.Where(constant => StateLayer.IsState(constant.Name))) tensors.Add(constant.Name, constant.Store(constant.Name));
        }
        else
        {
            var network = new OnnxNetwork(this, nodes, constants);
            tensors = network.Tensors;
            if (network.Plan.ParameterCount > Length) throw new InvalidDataException($"its nodes describe {network.Plan.ParameterCount} parameters, the file has only {Length} bytes.");
            ModelDescription.Write(network.Plan, seed: 0, metadata);
        }

        MoveCounters(metadata, tensors);
        (Tensors, Metadata) = (tensors, metadata);
    }

    /// <summary>Opens an ONNX file, and no other kind, and checks it.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="InvalidDataException">It is truncated, damaged, or holds no VGG network; the message begins with the path.</exception>
    public static new OnnxFile Open(string path) => Open(path, static (path, handle) => new OnnxFile(path, handle));

    /// <summary>Whether a file that begins so may be one: the format has no signature.</summary>
    internal static bool Recognizes(ReadOnlySpan<byte> beginning) => beginning is [VersionTag, > 0 and < 0x80, > VersionTag, ..];

    private static void ReadGraph(ProtobufReader reader, ProtobufField graph, List<OnnxOperation> nodes, Dictionary<string, OnnxConstant> constants)
    {
        foreach (var field in reader.Fields(graph))
        {
            switch (field.Number)
            {
                case 1:
                    if (nodes.Count == MaxNodes) throw new InvalidDataException($"its graph has more than {MaxNodes} nodes, which no VGG network has.");
                    nodes.Add(OnnxOperation.Read(reader, field));
                    break;
                case 5:
                    var constant = OnnxConstant.Read(reader, field);
                    if (constants.Count == MaxConstants) throw new InvalidDataException($"its graph has more than {MaxConstants} constants, which no VGG network has.");
                    if (!constants.TryAdd(constant.Name, constant)) throw new InvalidDataException($"its graph has two constants \"{constant.Name}\".");
                    break;
            }
        }
    }

    private static void ReadMetadata(ProtobufReader reader, ProtobufField entry, Dictionary<string, string> metadata)
    {
        string key = "", value = "";
        foreach (var field in reader.Fields(entry))
        {
            if (field.Number == 1) key = reader.Text(field);
            if (field.Number == 2) value = reader.Text(field);
        }

        if (!metadata.TryAdd(key, value)) throw new InvalidDataException($"the metadata \"{key}\" appears twice.");
    }

    /// <summary>Makes tensors of the counters in the metadata. Other exporters drop them; a new count is 0 as in PyTorch.</summary>
    private static void MoveCounters(Dictionary<string, string> metadata, Dictionary<string, StoredTensor> tensors)
    {
        const string Mean = ".running_mean";
        foreach (string name in tensors.Keys.Where(name => name.EndsWith(Mean, StringComparison.Ordinal)).ToList())
        {
            string counter = name[..^Mean.Length] + CounterSuffix;
            long count = 0;
            if (metadata.Remove(counter, out string? text) && !long.TryParse(text, out count)) throw new InvalidDataException($"the metadata \"{counter}\" is not a whole number.");
            tensors.TryAdd(counter, new StoredTensor(counter, "I64", [], 0, sizeof(long)) { Number = count });
        }
    }
}

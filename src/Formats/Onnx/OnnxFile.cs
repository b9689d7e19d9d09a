using Microsoft.Win32.SafeHandles;

namespace DeepSharp.Formats;

/// <summary>The graph of an ONNX file: its nodes, and its constants as tensors, by their own names.</summary>
/// <remarks>Nothing is computed that the file asks for, and elements are read only on request. What the nodes mean is for the reader of the graph to say.</remarks>
public sealed class OnnxFile : WeightsFile
{
    // The field ir_version, a small number, which all exporters write first.
    private const byte VersionTag = 8;
    private const int MaxNodes = 1 << 12, MaxConstants = 1 << 14;

    private readonly Dictionary<string, OnnxConstant> constants = [];

    internal OnnxFile(string path, SafeFileHandle handle)
        : base(path, handle)
    {
        var reader = new ProtobufReader(this);
        Dictionary<string, string> metadata = [];
        List<OnnxNode> nodes = [];
        bool hasGraph = false;
        foreach (var field in reader.Fields())
        {
            if (field.Number == 14) ReadMetadata(reader, field, metadata);
            if (field.Number != 7) continue;
            if (hasGraph) throw new InvalidDataException("an ONNX file has one graph, found another.");
            hasGraph = true;
            ReadGraph(reader, field, nodes);
        }

        if (!hasGraph) throw new InvalidDataException("an ONNX file without a graph, or truncated.");
        (Nodes, Metadata) = (nodes, metadata);
        Tensors = constants.Values.Where(constant => constant.Refusal is null).ToDictionary(constant => constant.Name, constant => constant.Store());
        foreach (var node in nodes) NameConstant(node);
    }

    /// <summary>The nodes in the order of the file.</summary>
    public IReadOnlyList<OnnxNode> Nodes { get; }

    /// <summary>Opens an ONNX file, and no other kind, and checks it.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="InvalidDataException">It is truncated or damaged; the message begins with the path.</exception>
    public static new OnnxFile Open(string path) => Open(path, static (path, handle) => new OnnxFile(path, handle));

    /// <summary>Whether a value is a constant: an initializer, the value of a Constant node, or either under another name.</summary>
    public bool IsConstant(string name) => constants.ContainsKey(name);

    /// <summary>The constant that a node reads.</summary>
    /// <param name="node">The node.</param>
    /// <param name="input">The number of its input.</param>
    /// <exception cref="InvalidDataException">The input is no constant, or one whose elements cannot be read.</exception>
    public StoredTensor Constant(OnnxNode node, int input)
    {
        ArgumentNullException.ThrowIfNull(node);
        string name = input < node.Inputs.Count ? node.Inputs[input] : "";
        if (!constants.TryGetValue(name, out var constant)) throw node.Refusal($"a constant as input {input}, found \"{name}\"");
        return constant.Refusal is null ? constant.Store() : throw new InvalidDataException(constant.Refusal);
    }

    /// <summary>Whether all bytes of the constant that a node reads are zero; only a short one can be asked about.</summary>
    /// <param name="node">The node.</param>
    /// <param name="input">The number of its input.</param>
    /// <exception cref="InvalidDataException">The input is no constant.</exception>
    public bool IsZero(OnnxNode node, int input)
    {
        const int MaxLength = 128;
        ArgumentNullException.ThrowIfNull(node);
        if (!constants.TryGetValue(node.Inputs[input], out var constant)) throw node.Refusal($"a constant as input {input}, found \"{node.Inputs[input]}\"");
        byte[] bytes = new byte[Math.Min(constant.ByteCount, MaxLength)];
        ReadBytes(bytes, constant.Offset);
        return constant.Problem is null && constant.ByteCount <= MaxLength && !bytes.AsSpan().ContainsAnyExcept((byte)0);
    }

    /// <summary>Whether a file that begins so may be one: the format has no signature.</summary>
    internal static bool Recognizes(ReadOnlySpan<byte> beginning) => beginning is [VersionTag, > 0 and < 0x80, > VersionTag, ..];

    private void ReadGraph(ProtobufReader reader, ProtobufField graph, List<OnnxNode> nodes)
    {
        foreach (var field in reader.Fields(graph))
        {
            switch (field.Number)
            {
                case 1:
                    if (nodes.Count == MaxNodes) throw new InvalidDataException($"its graph has more than {MaxNodes} nodes, which no VGG network has.");
                    nodes.Add(OnnxNode.Read(reader, field));
                    break;
                case 5:
                    var constant = OnnxConstant.Read(reader, field);
                    if (constants.Count == MaxConstants) throw new InvalidDataException($"its graph has more than {MaxConstants} constants, which no VGG network has.");
                    if (!constants.TryAdd(constant.Name, constant)) throw new InvalidDataException($"its graph has two constants \"{constant.Name}\".");
                    break;
            }
        }
    }

    // Some exporters write equal constants once, and give them other names by nodes.
    private void NameConstant(OnnxNode node)
    {
        if (node.Outputs is not [var name, ..]) return;
        var constant = node.Operator == "Constant" ? node.Value : node is { Operator: "Identity", Inputs: [var input, ..] } ? constants.GetValueOrDefault(input) : null;
        if (constant is not null) constants[name] = constant;
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
}

using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;

namespace DeepSharp.Formats;

/// <summary>Reads an ONNX file: the nodes of its graph, and its constants as tensors.</summary>
/// <remarks>
/// No node is executed; the caller interprets the nodes. Elements are read only on request. <see cref="WeightsFile.Tensors"/> contains the
/// initializers of the graph whose elements are floating-point numbers and can be read.
/// </remarks>
public sealed class OnnxFile : WeightsFile
{
    /// <summary>Numbers of element types (TensorProto.DataType).</summary>
    public const int Float32 = 1, Int32 = 6, Int64 = 7, Float64 = 11;

    // The tag of the field ir_version, which exporters write first. The value of the field is less than 128.
    private const byte VersionTag = 8;
    private const int MaxNodes = 1 << 12, MaxConstants = 1 << 14;

    private readonly Dictionary<string, OnnxConstant> constants = [];
    private readonly Dictionary<string, SafeFileHandle> dataFiles = [];
    private readonly List<OnnxValueInfo> inputs = [], outputs = [];

    internal OnnxFile(string path, SafeFileHandle handle)
        : base(path, handle)
    {
        var reader = new ProtobufReader(this);
        Dictionary<string, string> metadata = [];
        List<OnnxNode> nodes = [];
        bool hasGraph = false;
        foreach (var field in reader.Fields())
        {
            if (field.Number == OnnxFields.Model.MetadataProperties) ReadMetadata(reader, field, metadata);
            if (field.Number == OnnxFields.Model.OperatorSetImport) ReadOperatorSet(reader, field);
            if (field.Number != OnnxFields.Model.Graph) continue;
            if (hasGraph) throw new InvalidDataException("an ONNX file has one graph, found a second one.");
            hasGraph = true;
            ReadGraph(reader, field, nodes);
        }

        if (!hasGraph) throw new InvalidDataException("the ONNX file has no graph, or is truncated.");
        (Nodes, Metadata) = (nodes, metadata);
        foreach (string name in constants.Keys) constants[name] = Opened(constants[name]);
        Tensors = constants.Values.Where(constant => constant.Refusal is null && constant.IsFloatingPoint)
            .ToDictionary(constant => constant.Name, constant => constant.Store());
        foreach (var node in nodes) NameConstant(node);
        // Before format version 4, constants had to be inputs too.
        Inputs = inputs.FindAll(input => !constants.ContainsKey(input.Name));
        Length += dataFiles.Values.Sum(RandomAccess.GetLength);
    }

    /// <summary>The nodes, in the order of the file.</summary>
    public IReadOnlyList<OnnxNode> Nodes { get; }

    /// <summary>The version of the standard operator set; 1 if the file does not state it.</summary>
    public long OperatorSet { get; private set; } = 1;

    /// <summary>The inputs of the graph, without constants.</summary>
    public IReadOnlyList<OnnxValueInfo> Inputs { get; }

    /// <summary>The outputs of the graph.</summary>
    public IReadOnlyList<OnnxValueInfo> Outputs => outputs;

    /// <summary>Opens and checks an ONNX file. Other formats are refused.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">Access to the file is denied.</exception>
    /// <exception cref="InvalidDataException">
    /// The file is truncated, damaged, or not an ONNX file, or another file with its elements is missing; the message begins with the path.
    /// </exception>
    public static new OnnxFile Open(string path) => Open(path, static (path, handle) => new OnnxFile(path, handle));

    /// <summary>Whether a value is a constant: an initializer, the output of a Constant node, or an Identity of either.</summary>
    public bool IsConstant(string name) => constants.ContainsKey(name);

    /// <summary>The constant that a node reads.</summary>
    /// <param name="node">The node.</param>
    /// <param name="input">The index of the input.</param>
    /// <exception cref="InvalidDataException">The input is not a constant, or the constant is unusable.</exception>
    public StoredTensor Constant(OnnxNode node, int input)
    {
        ArgumentNullException.ThrowIfNull(node);
        string name = input < node.Inputs.Count ? node.Inputs[input] : "";
        if (!constants.TryGetValue(name, out var constant))
            throw node.Refusal($"a constant as input {input}, found \"{name}\"");
        return constant.Refusal is null ? constant.Store() : throw new InvalidDataException(constant.Refusal);
    }

    /// <summary>
    /// The elements of a constant of int32 or int64, and its number of axes; null for any other value, and for more than 512 bytes.
    /// </summary>
    public (IReadOnlyList<long> Elements, int Rank)? Integers(string name)
    {
        const int MaxLength = 64;
        if (!constants.TryGetValue(name, out var constant) || constant.Type is not ("I64" or "I32") || constant.Refusal is not null)
            return null;
        if (constant.Integers is { } integers) return (integers, constant.Shape.Count);
        var stored = constant.Store();
        if (stored.ByteCount > MaxLength * sizeof(long)) return null;
        byte[] bytes = new byte[stored.ByteCount];
        ReadBytes(bytes, stored.Offset, stored.DataFile);
        return constant.Type == "I64"
            ? ([.. bytes.Chunk(sizeof(long)).Select(element => BinaryPrimitives.ReadInt64LittleEndian(element))], constant.Shape.Count)
            : ([.. bytes.Chunk(sizeof(int)).Select(element => (long)BinaryPrimitives.ReadInt32LittleEndian(element))],
                constant.Shape.Count);
    }

    /// <summary>
    /// Whether all bytes of the constant that a node reads are zero; false if it is unreadable, in another file, or longer than 128 bytes.
    /// </summary>
    /// <param name="node">The node.</param>
    /// <param name="input">The index of the input.</param>
    /// <exception cref="InvalidDataException">The input is not a constant.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The node has no such input.</exception>
    public bool IsZero(OnnxNode node, int input)
    {
        const int MaxLength = 128;
        ArgumentNullException.ThrowIfNull(node);
        if (!constants.TryGetValue(node.Inputs[input], out var constant))
            throw node.Refusal($"a constant as input {input}, found \"{node.Inputs[input]}\"");
        if (constant.Problem is not null || constant.External is not null || constant.ByteCount > MaxLength) return false;
        if (constant.Integers is { } integers) return integers.All(integer => integer == 0);
        byte[] bytes = new byte[constant.ByteCount];
        ReadBytes(bytes, constant.Offset);
        return !bytes.AsSpan().ContainsAnyExcept((byte)0);
    }

    /// <summary>Whether a file that begins with these bytes may be an ONNX file. The format has no signature.</summary>
    internal static bool Recognizes(ReadOnlySpan<byte> beginning) => beginning is [VersionTag, > 0 and < 0x80, > VersionTag, ..];

    private void ReadGraph(ProtobufReader reader, ProtobufField graph, List<OnnxNode> nodes)
    {
        foreach (var field in reader.Fields(graph))
        {
            switch (field.Number)
            {
                case OnnxFields.Graph.Node:
                    if (nodes.Count == MaxNodes)
                        throw new InvalidDataException($"its graph has more than {MaxNodes} nodes, which no VGG network has.");
                    nodes.Add(OnnxNode.Read(reader, field));
                    break;
                case OnnxFields.Graph.Input: inputs.Add(OnnxValueInfo.Read(reader, field)); break;
                case OnnxFields.Graph.Output: outputs.Add(OnnxValueInfo.Read(reader, field)); break;
                case OnnxFields.Graph.Initializer:
                    var constant = OnnxConstant.Read(reader, field);
                    if (constants.Count == MaxConstants)
                        throw new InvalidDataException($"its graph has more than {MaxConstants} constants, which no VGG network has.");
                    if (!constants.TryAdd(constant.Name, constant))
                        throw new InvalidDataException($"its graph has two constants \"{constant.Name}\".");
                    break;
            }
        }
    }

    private protected override void CloseDataFiles()
    {
        foreach (var file in dataFiles.Values) file.Dispose();
    }

    private void ReadOperatorSet(ProtobufReader reader, ProtobufField set)
    {
        string domain = "";
        long version = 1;
        foreach (var field in reader.Fields(set))
        {
            if (field.Number == OnnxFields.OperatorSet.Domain) domain = reader.Text(field);
            if (field.Number == OnnxFields.OperatorSet.Version) version = field.Integer;
        }

        if (domain is "" or "ai.onnx") OperatorSet = version;
    }

    private OnnxConstant Opened(OnnxConstant constant) =>
        constant.External is { File: null } external ? constant with { External = external.Open(Path, dataFiles) } : constant;

    // Some exporters write constants as nodes. Some write equal constants once; Identity nodes then give them further names.
    private void NameConstant(OnnxNode node)
    {
        if (node.Outputs is not [var name, ..]) return;
        var constant = node.Operator == "Constant" ? node.Value
            : node is { Operator: "Identity", Inputs: [var input, ..] } ? constants.GetValueOrDefault(input) : null;
        if (constant is not null) constants[name] = Opened(constant);
    }

    internal static void ReadMetadata(ProtobufReader reader, ProtobufField entry, Dictionary<string, string> metadata)
    {
        string key = "", value = "";
        foreach (var field in reader.Fields(entry))
        {
            if (field.Number == OnnxFields.Metadata.Key) key = reader.Text(field);
            if (field.Number == OnnxFields.Metadata.Value) value = reader.Text(field);
        }

        if (!metadata.TryAdd(key, value)) throw new InvalidDataException($"the metadata \"{key}\" appears twice.");
    }
}

using Google.Protobuf;

namespace DeepSharp.Formats;

/// <summary>One operation of an ONNX graph (NodeProto).</summary>
/// <param name="Operator">The ONNX name of the operator, prefixed with the domain for operators outside the standard domain.</param>
/// <param name="Name">The name of the node.</param>
/// <param name="Inputs">The names of the values and constants that it reads; empty for an omitted optional input.</param>
/// <param name="Outputs">The names of the values that it computes.</param>
/// <param name="Attributes">The attributes of the node.</param>
public sealed record OnnxNode(
    string Operator, string Name, IReadOnlyList<string> Inputs, IReadOnlyList<string> Outputs, IReadOnlyList<OnnxAttribute> Attributes)
{
    private const int MaxValues = 3 * OnnxAttribute.MaxValues;

    /// <summary>Whether the node has an attribute.</summary>
    public bool Has(string attribute) => Find(attribute) is not null;

    /// <summary>
    /// The integers of an attribute, empty if it has another type; <paramref name="usual"/> if the node omits the attribute.
    /// </summary>
    public IReadOnlyList<long> Integers(string attribute, params IReadOnlyList<long> usual) => Find(attribute)?.Integers ?? usual;

    /// <summary>The integer of an attribute; <paramref name="usual"/> if the node omits the attribute.</summary>
    /// <exception cref="InvalidDataException">The attribute is not a single integer.</exception>
    public long Integer(string attribute, long usual) =>
        Integers(attribute, usual) is [var value] ? value : throw Refusal($"a single integer as {attribute}");

    /// <summary>The floating-point number of an attribute; <paramref name="usual"/> if the node omits the attribute.</summary>
    /// <exception cref="InvalidDataException">The attribute is not a floating-point number.</exception>
    public float Float(string attribute, float usual) =>
        Find(attribute) is { } found ? found.Float ?? throw Refusal($"a floating-point number as {attribute}") : usual;

    /// <summary>
    /// The string of an attribute, empty if it has another type; <paramref name="usual"/> if the node omits the attribute.
    /// </summary>
    public string Text(string attribute, string usual) => Find(attribute)?.Text ?? usual;

    /// <summary>Throws if the node has the attribute and one of its integers is not <paramref name="expected"/>.</summary>
    /// <exception cref="InvalidDataException">An integer differs.</exception>
    public void Require(string attribute, long expected)
    {
        if (Integers(attribute).FirstOrDefault(value => value != expected, expected) is var found && found != expected)
            throw Refusal($"{attribute} {expected}, found {found}");
    }

    /// <summary>Throws if the node has the attribute and its floating-point number is not <paramref name="expected"/>.</summary>
    /// <exception cref="InvalidDataException">The number differs, or the attribute has another type.</exception>
    public void Require(string attribute, float expected)
    {
        if (Float(attribute, expected) is var found && found != expected) throw Refusal($"{attribute} {expected}, found {found}");
    }

    /// <summary>Creates the error for an unsupported node.</summary>
    /// <param name="expected">The expected property and the one found: <c>strides 1, found 2</c>.</param>
    public InvalidDataException Refusal(string expected) => new($"expected the node {this} to have {expected}.");

    /// <summary>Operator and name; for a node without a name, operator and first output.</summary>
    public override string ToString() => $"{Operator} \"{(Name.Length == 0 && Outputs is [var output, ..] ? output : Name)}\"";

    /// <summary>The constant stored in an attribute of the node, as in a Constant node; null if there is none.</summary>
    internal OnnxConstant? Value => Attributes.FirstOrDefault(attribute => attribute.Value is not null)?.Value;

    /// <summary>Reads the fields of a node.</summary>
    internal static OnnxNode Read(ProtobufReader reader, ProtobufField message)
    {
        List<string> inputs = [], outputs = [];
        List<OnnxAttribute> attributes = [];
        string name = "", op = "", domain = "";
        foreach (var field in reader.Fields(message))
        {
            switch (field.Number)
            {
                case OnnxFields.Node.Input: inputs.Add(reader.Text(field)); break;
                case OnnxFields.Node.Output: outputs.Add(reader.Text(field)); break;
                case OnnxFields.Node.Name: name = reader.Text(field); break;
                case OnnxFields.Node.OperatorType: op = reader.Text(field); break;
                case OnnxFields.Node.Attribute: attributes.Add(OnnxAttribute.Read(reader, field)); break;
                case OnnxFields.Node.Domain: domain = reader.Text(field); break;
            }

            if (inputs.Count + outputs.Count + attributes.Count > MaxValues)
            {
                throw new InvalidDataException(
                    $"a node has more than {MaxValues} inputs, outputs and attributes, which no layer of this library has.");
            }
        }

        return new OnnxNode(domain is "" or "ai.onnx" ? op : $"{domain}.{op}", name, inputs, outputs, attributes);
    }

    /// <summary>Writes the fields of the node.</summary>
    internal void Write(CodedOutputStream output)
    {
        foreach (string input in Inputs) output.Text(OnnxFields.Node.Input, input);
        foreach (string result in Outputs) output.Text(OnnxFields.Node.Output, result);
        output.Text(OnnxFields.Node.Name, Name);
        output.Text(OnnxFields.Node.OperatorType, Operator);
        foreach (var attribute in Attributes) output.Message(OnnxFields.Node.Attribute, attribute.Write);
    }

    // If an attribute appears more than once, the last one counts, as for a protobuf field.
    private OnnxAttribute? Find(string attribute) => Attributes.LastOrDefault(candidate => candidate.Name == attribute);
}

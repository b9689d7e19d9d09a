using Google.Protobuf;

namespace DeepSharp.Formats;

/// <summary>One operation of an ONNX graph (NodeProto).</summary>
/// <param name="Operator">Its operator, by ONNX's name. Operators of other domains are prefixed with the domain.</param>
/// <param name="Name">The name of the node.</param>
/// <param name="Inputs">The values and constants that it reads. An omitted optional input is an empty name.</param>
/// <param name="Outputs">The values that it computes.</param>
/// <param name="Attributes">Its settings.</param>
public sealed record OnnxNode(
    string Operator, string Name, IReadOnlyList<string> Inputs, IReadOnlyList<string> Outputs, IReadOnlyList<OnnxAttribute> Attributes)
{
    private const int MaxValues = 3 * OnnxAttribute.MaxValues;

    /// <summary>A list of integers; <paramref name="usual"/> if the node omits the attribute.</summary>
    public IReadOnlyList<long> Integers(string attribute, params IReadOnlyList<long> usual) => Find(attribute)?.Integers ?? usual;

    /// <summary>An integer; <paramref name="usual"/> if the node omits the attribute.</summary>
    /// <exception cref="InvalidDataException">The attribute is not a single integer.</exception>
    public long Integer(string attribute, long usual) =>
        Integers(attribute, usual) is [var value] ? value : throw Refusal($"a single integer as {attribute}");

    /// <summary>A floating-point number; <paramref name="usual"/> if the node omits the attribute.</summary>
    /// <exception cref="InvalidDataException">The attribute is not a floating-point number.</exception>
    public float Float(string attribute, float usual) =>
        Find(attribute) is { } found ? found.Float ?? throw Refusal($"a floating-point number as {attribute}") : usual;

    /// <summary>A string; <paramref name="usual"/> if the node omits the attribute.</summary>
    public string Text(string attribute, string usual) => Find(attribute)?.Text ?? usual;

    /// <summary>Throws unless the node omits an attribute, or all its numbers equal one value.</summary>
    /// <exception cref="InvalidDataException">One differs.</exception>
    public void Require(string attribute, long expected)
    {
        if (Integers(attribute).FirstOrDefault(value => value != expected, expected) is var found && found != expected)
            throw Refusal($"{attribute} {expected}, found {found}");
    }

    /// <summary>As <see cref="Require(string, long)"/>, for a floating-point number.</summary>
    /// <exception cref="InvalidDataException">It differs.</exception>
    public void Require(string attribute, float expected)
    {
        if (Float(attribute, expected) is var found && found != expected) throw Refusal($"{attribute} {expected}, found {found}");
    }

    /// <summary>The error for an unsupported node.</summary>
    /// <param name="expected">The expected property: <c>strides 1, found 2</c>.</param>
    public InvalidDataException Refusal(string expected) => new($"expected the node {this} to have {expected}.");

    /// <summary>Operator and name.</summary>
    public override string ToString() => $"{Operator} \"{(Name.Length == 0 && Outputs is [var output, ..] ? output : Name)}\"";

    /// <summary>The constant stored in the node itself instead of the graph's list of constants; null if there is none.</summary>
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

    // If an attribute is given twice, the last one counts, as in protobuf.
    private OnnxAttribute? Find(string attribute) => Attributes.LastOrDefault(candidate => candidate.Name == attribute);
}

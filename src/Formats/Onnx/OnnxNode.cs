using Google.Protobuf;

namespace DeepSharp.Formats;

/// <summary>One operation of an ONNX graph (NodeProto).</summary>
/// <param name="Operator">What it computes, by ONNX's name; an operator of another domain has the domain before it.</param>
/// <param name="Name">The name of the node.</param>
/// <param name="Inputs">The values and constants that it reads; an optional input that is left out is empty.</param>
/// <param name="Outputs">The values that it computes.</param>
/// <param name="Attributes">Its settings.</param>
public sealed record OnnxNode(
    string Operator, string Name, IReadOnlyList<string> Inputs, IReadOnlyList<string> Outputs, IReadOnlyList<OnnxAttribute> Attributes)
{
    private const int MaxValues = 3 * OnnxAttribute.MaxValues;

    /// <summary>A list of integers; <paramref name="usual"/> if the node leaves it out.</summary>
    public IReadOnlyList<long> Integers(string attribute, params IReadOnlyList<long> usual) => Find(attribute)?.Integers ?? usual;

    /// <summary>An integer; <paramref name="usual"/> if the node leaves it out.</summary>
    /// <exception cref="InvalidDataException">It is no single integer.</exception>
    public long Integer(string attribute, long usual) => Integers(attribute, usual) is [var value] ? value : throw Refusal($"{attribute} of one number");

    /// <summary>A number; <paramref name="usual"/> if the node leaves it out.</summary>
    /// <exception cref="InvalidDataException">It is no number.</exception>
    public float Float(string attribute, float usual) => Find(attribute) is { } found ? found.Float ?? throw Refusal($"{attribute} of one number") : usual;

    /// <summary>A string; <paramref name="usual"/> if the node leaves it out.</summary>
    public string Text(string attribute, string usual) => Find(attribute)?.Text ?? usual;

    /// <summary>Throws unless all numbers of an attribute equal one value, which they do if it is left out.</summary>
    /// <exception cref="InvalidDataException">One differs.</exception>
    public void Require(string attribute, long expected)
    {
        if (Integers(attribute).FirstOrDefault(value => value != expected, expected) is var found && found != expected) throw Refusal($"{attribute} {expected}, found {found}");
    }

    /// <summary>As <see cref="Require(string, long)"/>, for a floating-point number.</summary>
    /// <exception cref="InvalidDataException">It differs.</exception>
    public void Require(string attribute, float expected)
    {
        if (Float(attribute, expected) is var found && found != expected) throw Refusal($"{attribute} {expected}, found {found}");
    }

    /// <summary>The error for a node that cannot be used as it is.</summary>
    /// <param name="expected">What it should have: <c>strides 1, found 2</c>.</param>
    public InvalidDataException Refusal(string expected) => new($"expected the node {this} to have {expected}.");

    /// <summary>Operator and name.</summary>
    public override string ToString() => $"{Operator} \"{(Name.Length == 0 && Outputs is [var output, ..] ? output : Name)}\"";

    /// <summary>The constant that the node holds itself, instead of in the graph's list of constants; null if there is none.</summary>
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
                case 1: inputs.Add(reader.Text(field)); break;
                case 2: outputs.Add(reader.Text(field)); break;
                case 3: name = reader.Text(field); break;
                case 4: op = reader.Text(field); break;
                case 5: attributes.Add(OnnxAttribute.Read(reader, field)); break;
                case 7: domain = reader.Text(field); break;
            }

            if (inputs.Count + outputs.Count + attributes.Count > MaxValues)
                throw new InvalidDataException($"a node has more than {MaxValues} inputs, outputs and attributes, which no layer of ours has.");
        }

        return new OnnxNode(domain is "" or "ai.onnx" ? op : $"{domain}.{op}", name, inputs, outputs, attributes);
    }

    /// <summary>Writes the fields of the node.</summary>
    internal void Write(CodedOutputStream output)
    {
        foreach (string input in Inputs) output.Text(1, input);
        foreach (string result in Outputs) output.Text(2, result);
        output.Text(3, Name);
        output.Text(4, Operator);
        foreach (var attribute in Attributes) output.Message(5, attribute.Write);
    }

    // Of an attribute that is given twice the last one counts, as in protobuf.
    private OnnxAttribute? Find(string attribute) => Attributes.LastOrDefault(candidate => candidate.Name == attribute);
}

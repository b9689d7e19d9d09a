namespace DeepSharp.Vgg;

/// <summary>An operation as an ONNX file has it (NodeProto).</summary>
/// <param name="Operator">What it computes, by ONNX's name; those of other domains have theirs before it.</param>
/// <param name="Name">What it is called.</param>
/// <param name="Inputs">The values and constants that it reads; what is left out is empty.</param>
/// <param name="Outputs">The values that it makes.</param>
internal sealed record OnnxOperation(string Operator, string Name, IReadOnlyList<string> Inputs, IReadOnlyList<string> Outputs)
{
    private const int MaxValues = 16;

    private readonly Dictionary<string, (long[] Integers, float? Float, string Text)> attributes = [];

    /// <summary>The constant that is the operation's value, where the file has it here instead of in the list of constants.</summary>
    public OnnxConstant? Value { get; private set; }

    /// <summary>Reads the fields of a node.</summary>
    public static OnnxOperation Read(ProtobufReader reader, ProtobufField message)
    {
        List<string> inputs = [], outputs = [];
        List<ProtobufField> settings = [];
        string name = "", op = "", domain = "";
        foreach (var field in reader.Fields(message))
        {
            switch (field.Number)
            {
                case 1: inputs.Add(reader.Text(field)); break;
                case 2: outputs.Add(reader.Text(field)); break;
                case 3: name = reader.Text(field); break;
                case 4: op = reader.Text(field); break;
                case 5: settings.Add(field); break;
                case 7: domain = reader.Text(field); break;
            }

            if (inputs.Count + outputs.Count + settings.Count > 3 * MaxValues) throw new InvalidDataException($"a node has more than {3 * MaxValues} inputs, outputs and attributes, which no layer of ours has.");
        }

        var operation = new OnnxOperation(domain is "" or "ai.onnx" ? op : $"{domain}.{op}", name, inputs, outputs);
        foreach (var setting in settings) operation.ReadAttribute(reader, setting);
        return operation;
    }

    /// <summary>A row of whole numbers; <paramref name="usual"/> where the file leaves it out.</summary>
    public IReadOnlyList<long> Integers(string attribute, params long[] usual) =>
        attributes.TryGetValue(attribute, out var value) ? value.Integers : usual;

    /// <summary>A whole number.</summary>
    public long Integer(string attribute, long usual) => Integers(attribute, usual) is [var value] ? value : throw Refusal($"{attribute} of one number");

    /// <summary>A number.</summary>
    public float Float(string attribute, float usual) => attributes.TryGetValue(attribute, out var value) ? value.Float ?? throw Refusal($"{attribute} of one number") : usual;

    /// <summary>A text.</summary>
    public string Text(string attribute, string usual) => attributes.TryGetValue(attribute, out var value) ? value.Text : usual;

    /// <summary>Throws unless all numbers of an attribute are the same, which they are where it is left out.</summary>
    public void Require(string attribute, long expected)
    {
        if (Integers(attribute).FirstOrDefault(value => value != expected, expected) is var found && found != expected) throw Refusal($"{attribute} {expected}, found {found}");
    }

    /// <summary>As <see cref="Require(string, long)"/>, of a floating-point number.</summary>
    public void Require(string attribute, float expected)
    {
        if (Float(attribute, expected) is var found && found != expected) throw Refusal($"{attribute} {expected}, found {found}");
    }

    /// <summary>The error that it is none of a VGG network of ours.</summary>
    public InvalidDataException Refusal(string expected) => new($"expected the node {this} to have {expected}.");

    /// <summary>Operator and name.</summary>
    public override string ToString() => $"{Operator} \"{(Name.Length == 0 && Outputs is [var output, ..] ? output : Name)}\"";

    private void ReadAttribute(ProtobufReader reader, ProtobufField message)
    {
        string name = "", text = "";
        List<long> integers = [];
        float? number = null;
        foreach (var field in reader.Fields(message))
        {
            switch (field.Number)
            {
                case 1: name = reader.Text(field); break;
                case 2: number = field.Float; break;
                case 3: integers.Add(field.Integer); break;
                case 4: text = reader.Text(field); break;
                case 5: Value = OnnxConstant.Read(reader, field); break;
                case 8: integers.AddRange(reader.Integers(field).Take(MaxValues)); break;
            }
        }

        attributes[name] = ([.. integers.Take(MaxValues)], number, text);
    }
}

using Google.Protobuf;

namespace DeepSharp.Vgg;

/// <summary>One operation of an ONNX graph (NodeProto).</summary>
/// <param name="Operator">What it computes, by ONNX's name.</param>
/// <param name="Name">What it is called.</param>
/// <param name="Inputs">The values and constants that it reads.</param>
/// <param name="Output">The value that it makes.</param>
/// <param name="Attributes">Its settings.</param>
internal sealed record OnnxNode(string Operator, string Name, IReadOnlyList<string> Inputs, string Output, IReadOnlyList<OnnxAttribute> Attributes)
{
    /// <summary>Writes the fields of the node.</summary>
    public void Write(CodedOutputStream output)
    {
        foreach (string input in Inputs) output.Text(1, input);
        output.Text(2, Output);
        output.Text(3, Name);
        output.Text(4, Operator);
        foreach (var attribute in Attributes) output.Message(5, attribute.Write);
    }
}

/// <summary>A setting of a node (AttributeProto).</summary>
internal sealed class OnnxAttribute
{
    // AttributeProto.AttributeType.
    private const int FloatType = 1, IntegerType = 2, IntegersType = 7;

    private readonly string name;
    private readonly int type;
    private readonly Action<CodedOutputStream> value;

    private OnnxAttribute(string name, int type, Action<CodedOutputStream> value) => (this.name, this.type, this.value) = (name, type, value);

    /// <summary>A number.</summary>
    public static OnnxAttribute Float(string name, double value) => new(name, FloatType, output => output.Float(2, (float)value));

    /// <summary>A whole number.</summary>
    public static OnnxAttribute Integer(string name, long value) => new(name, IntegerType, output => output.Integer(3, value));

    /// <summary>Whole numbers.</summary>
    public static OnnxAttribute Integers(string name, params long[] values) => new(name, IntegersType, output =>
    {
        foreach (long value in values) output.Integer(8, value);
    });

    /// <summary>Writes the fields of the attribute.</summary>
    public void Write(CodedOutputStream output)
    {
        output.Text(1, name);
        value(output);
        output.Integer(20, type);
    }
}

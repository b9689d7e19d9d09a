using Google.Protobuf;

namespace DeepSharp.Formats;

/// <summary>An attribute of an <see cref="OnnxNode"/> (AttributeProto).</summary>
public sealed class OnnxAttribute
{
    /// <summary>The maximum number of integers that are read; further ones are ignored. No layer of this library needs more.</summary>
    internal const int MaxValues = 16;

    // Values of AttributeProto.AttributeType.
    private const int FloatType = 1, IntegerType = 2, IntegersType = 7;

    private readonly int type;

    private OnnxAttribute(string name, int type) => (Name, this.type) = (name, type);

    /// <summary>The name of the attribute.</summary>
    public string Name { get; }

    /// <summary>The integer or integers; empty if the value has another type. At most 16 are read from a file.</summary>
    public IReadOnlyList<long> Integers { get; private init; } = [];

    /// <summary>The floating-point number; null if the value has another type.</summary>
    public float? Float { get; private init; }

    /// <summary>The string; empty if the value has another type.</summary>
    public string Text { get; private init; } = "";

    /// <summary>The tensor; null if the value has another type.</summary>
    internal OnnxConstant? Value { get; private init; }

    /// <summary>Creates an attribute with a floating-point number, which is rounded to float32.</summary>
    public static OnnxAttribute Of(string name, double value) => new(name, FloatType) { Float = (float)value };

    /// <summary>Creates an attribute with an integer.</summary>
    public static OnnxAttribute Of(string name, int value) => new(name, IntegerType) { Integers = [value] };

    /// <summary>Creates an attribute with a list of integers.</summary>
    public static OnnxAttribute Of(string name, params IReadOnlyList<long> values) => new(name, IntegersType) { Integers = values };

    /// <summary>Whether both attributes have the same name and value. Tensors are not compared.</summary>
    public bool HasValueOf(OnnxAttribute other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return (Name, Float, Text) == (other.Name, other.Float, other.Text) && Integers.SequenceEqual(other.Integers);
    }

    /// <summary>Reads the fields of an attribute. The field type is ignored.</summary>
    internal static OnnxAttribute Read(ProtobufReader reader, ProtobufField message)
    {
        string name = "", text = "";
        List<long> integers = [];
        float? number = null;
        OnnxConstant? value = null;
        foreach (var field in reader.Fields(message))
        {
            switch (field.Number)
            {
                case OnnxFields.Attribute.Name: name = reader.Text(field); break;
                case OnnxFields.Attribute.Float: number = field.Float; break;
                case OnnxFields.Attribute.Integer: integers.Add(field.Integer); break;
                case OnnxFields.Attribute.Text: text = reader.Text(field); break;
                case OnnxFields.Attribute.Tensor: value = OnnxConstant.Read(reader, field); break;
                case OnnxFields.Attribute.Integers: integers.AddRange(reader.Integers(field).Take(MaxValues)); break;
            }
        }

        return new OnnxAttribute(name, type: 0) { Integers = [.. integers.Take(MaxValues)], Float = number, Text = text, Value = value };
    }

    /// <summary>Writes the fields of an attribute that <c>Of</c> created.</summary>
    internal void Write(CodedOutputStream output)
    {
        output.Text(OnnxFields.Attribute.Name, Name);
        if (Float is { } number) output.Float(OnnxFields.Attribute.Float, number);
        int field = type == IntegerType ? OnnxFields.Attribute.Integer : OnnxFields.Attribute.Integers;
        foreach (long integer in Integers) output.Integer(field, integer);
        output.Integer(OnnxFields.Attribute.Type, type);
    }
}

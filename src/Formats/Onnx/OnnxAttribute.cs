using Google.Protobuf;

namespace DeepSharp.Formats;

/// <summary>A setting of an <see cref="OnnxNode"/> (AttributeProto).</summary>
public sealed class OnnxAttribute
{
    /// <summary>More numbers than this are not read; no layer of ours has so many.</summary>
    internal const int MaxValues = 16;

    // AttributeProto.AttributeType.
    private const int FloatType = 1, IntegerType = 2, IntegersType = 7;

    private readonly int type;

    private OnnxAttribute(string name, int type) => (Name, this.type) = (name, type);

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>Its integers; empty if it holds something else.</summary>
    public IReadOnlyList<long> Integers { get; private init; } = [];

    /// <summary>Its number; null if it holds something else.</summary>
    public float? Float { get; private init; }

    /// <summary>Its string; empty if it holds something else.</summary>
    public string Text { get; private init; } = "";

    /// <summary>Its tensor; null if it holds something else.</summary>
    internal OnnxConstant? Value { get; private init; }

    /// <summary>A number.</summary>
    public static OnnxAttribute Of(string name, double value) => new(name, FloatType) { Float = (float)value };

    /// <summary>An integer.</summary>
    public static OnnxAttribute Of(string name, int value) => new(name, IntegerType) { Integers = [value] };

    /// <summary>Integers.</summary>
    public static OnnxAttribute Of(string name, params IReadOnlyList<long> values) => new(name, IntegersType) { Integers = values };

    /// <summary>Reads the fields of an attribute.</summary>
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
                case 1: name = reader.Text(field); break;
                case 2: number = field.Float; break;
                case 3: integers.Add(field.Integer); break;
                case 4: text = reader.Text(field); break;
                case 5: value = OnnxConstant.Read(reader, field); break;
                case 8: integers.AddRange(reader.Integers(field).Take(MaxValues)); break;
            }
        }

        return new OnnxAttribute(name, type: 0) { Integers = [.. integers.Take(MaxValues)], Float = number, Text = text, Value = value };
    }

    /// <summary>Writes the fields of the attribute.</summary>
    internal void Write(CodedOutputStream output)
    {
        output.Text(1, Name);
        if (Float is { } number) output.Float(2, number);
        foreach (long integer in Integers) output.Integer(type == IntegerType ? 3 : 8, integer);
        output.Integer(20, type);
    }
}

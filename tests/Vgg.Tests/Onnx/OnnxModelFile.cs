using Google.Protobuf;

namespace DeepSharp.Vgg.Tests.Onnx;

/// <summary>Writes ONNX files with any operators, as other exporters do.</summary>
internal sealed class OnnxModelFile
{
    private readonly List<byte[]> nodes = [], constants = [], inputs = [], outputs = [];
    private readonly List<string> lines = [];

    /// <summary>The version of the operator set.</summary>
    public int OperatorSet { get; set; } = 17;

    /// <summary>The nodes as text, for messages.</summary>
    public string Text => string.Join("; ", lines);

    /// <summary>Adds an input, with a name instead of a length for each axis of any length.</summary>
    public string Input(string name, params object[] shape)
    {
        inputs.Add(Value(name, shape));
        lines.Add($"{name} [{string.Join(", ", shape)}]");
        return name;
    }

    /// <summary>Adds an output.</summary>
    public void Output(string name, params object[] shape)
    {
        outputs.Add(Value(name, shape));
        lines.Add($"-> {name}");
    }

    /// <summary>Adds a constant of floating-point numbers.</summary>
    public string Constant(int[] shape, float[] elements) =>
        AddConstant(shape, type: 1, output => WriteBytes(output, 9, System.Runtime.InteropServices.MemoryMarshal.AsBytes<float>(elements)));

    /// <summary>Adds a constant of integers: a list, or a single one without axes.</summary>
    /// <param name="elements">The integers.</param>
    /// <param name="isScalar">Whether the constant has no axes.</param>
    /// <param name="isRaw">Whether they are stored as raw bytes instead of varints.</param>
    public string Integers(long[] elements, bool isScalar = false, bool isRaw = true) =>
        AddConstant(isScalar ? [] : [elements.Length], type: 7, output =>
        {
            if (isRaw)
            {
                WriteBytes(output, 9, System.Runtime.InteropServices.MemoryMarshal.AsBytes<long>(elements));
                return;
            }

            foreach (long element in elements)
            {
                output.WriteTag(7, WireFormat.WireType.Varint);
                output.WriteInt64(element);
            }
        });

    /// <summary>Adds a node with one output, and returns the name of the output.</summary>
    /// <param name="op">The operator.</param>
    /// <param name="read">The names of the values that it reads.</param>
    /// <param name="attributes">Names and values: a number (long or float), a text, or an array of integers.</param>
    public string Node(string op, string[] read, params (string Name, object Value)[] attributes)
    {
        string name = $"{op}_{nodes.Count}";
        string[] texts = [.. attributes.Select(pair => $"{pair.Name}={(pair.Value is long[] list ? string.Join(',', list) : pair.Value)}")];
        lines.Add($"{name}({string.Join(", ", read)}) {string.Join(' ', texts)}".TrimEnd());
        nodes.Add(Encode(output =>
        {
            foreach (string value in read) WriteText(output, 1, value);
            WriteText(output, 2, name);
            WriteText(output, 3, name);
            WriteText(output, 4, op);
            foreach (var (attribute, value) in attributes) WriteMessage(output, 5, inner => WriteAttribute(inner, attribute, value));
        }));
        return name;
    }

    /// <summary>Writes the file.</summary>
    public void Save(string path) => File.WriteAllBytes(path, Encode(output =>
    {
        WriteInteger(output, 1, 8);
        WriteMessage(output, 8, set =>
        {
            WriteText(set, 1, "");
            WriteInteger(set, 2, OperatorSet);
        });
        WriteMessage(output, 7, graph =>
        {
            foreach (byte[] node in nodes) WriteBytes(graph, 1, node);
            WriteText(graph, 2, "graph");
            foreach (byte[] constant in constants) WriteBytes(graph, 5, constant);
            foreach (byte[] input in inputs) WriteBytes(graph, 11, input);
            foreach (byte[] result in outputs) WriteBytes(graph, 12, result);
        });
    }));

    private string AddConstant(int[] shape, int type, Action<CodedOutputStream> write)
    {
        string name = $"c{constants.Count}";
        constants.Add(Encode(output =>
        {
            foreach (int length in shape) WriteInteger(output, 1, length);
            WriteInteger(output, 2, type);
            WriteText(output, 8, name);
            write(output);
        }));
        return name;
    }

    // A value of float32 with a name and a shape.
    private static byte[] Value(string name, object[] shape) => Encode(output =>
    {
        WriteText(output, 1, name);
        WriteMessage(output, 2, type => WriteMessage(type, 1, tensor =>
        {
            WriteInteger(tensor, 1, 1);
            if (shape.Length == 0) return;
            WriteMessage(tensor, 2, lengths =>
            {
                foreach (object length in shape)
                {
                    WriteMessage(lengths, 1, dimension =>
                    {
                        if (length is string text) WriteText(dimension, 2, text);
                        else WriteInteger(dimension, 1, (int)length);
                    });
                }
            });
        }));
    });

    // The types of attributes: 1 float, 2 integer, 3 text, 7 integers.
    private static void WriteAttribute(CodedOutputStream output, string name, object value)
    {
        WriteText(output, 1, name);
        switch (value)
        {
            case float number:
                output.WriteTag(2, WireFormat.WireType.Fixed32);
                output.WriteFloat(number);
                WriteInteger(output, 20, 1);
                break;
            case long or int:
                WriteInteger(output, 3, Convert.ToInt64(value, System.Globalization.CultureInfo.InvariantCulture));
                WriteInteger(output, 20, 2);
                break;
            case string text:
                WriteText(output, 4, text);
                WriteInteger(output, 20, 3);
                break;
            default:
                foreach (long element in (long[])value) WriteInteger(output, 8, element);
                WriteInteger(output, 20, 7);
                break;
        }
    }

    private static byte[] Encode(Action<CodedOutputStream> write)
    {
        using var buffer = new MemoryStream();
        using (var output = new CodedOutputStream(buffer, leaveOpen: true)) write(output);
        return buffer.ToArray();
    }

    private static void WriteInteger(CodedOutputStream output, int field, long value)
    {
        output.WriteTag(field, WireFormat.WireType.Varint);
        output.WriteInt64(value);
    }

    private static void WriteText(CodedOutputStream output, int field, string text) =>
        WriteBytes(output, field, System.Text.Encoding.UTF8.GetBytes(text));

    private static void WriteMessage(CodedOutputStream output, int field, Action<CodedOutputStream> write) =>
        WriteBytes(output, field, Encode(write));

    private static void WriteBytes(CodedOutputStream output, int field, ReadOnlySpan<byte> bytes)
    {
        output.WriteTag(field, WireFormat.WireType.LengthDelimited);
        output.WriteBytes(ByteString.CopyFrom(bytes));
    }
}

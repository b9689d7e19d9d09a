using System.Runtime.InteropServices;
using Google.Protobuf;

namespace DeepSharp.Vgg.Tests.Onnx;

/// <summary>A node of an ONNX file.</summary>
public sealed record NodeContent(string Operator, string Name, IReadOnlyList<string> Inputs, IReadOnlyList<string> Outputs);

/// <summary>The content of an ONNX file, read field by field without the code under test.</summary>
public sealed class OnnxContent
{
    private OnnxContent()
    {
    }

    /// <summary>The field <c>ir_version</c>.</summary>
    public long FormatVersion { get; private set; }

    /// <summary>The version of the standard operator set.</summary>
    public long OperatorSet { get; private set; }

    /// <summary>The nodes in order.</summary>
    public List<NodeContent> Nodes { get; } = [];

    /// <summary>The constants by name.</summary>
    public Dictionary<string, (long[] Shape, float[] Elements)> Constants { get; } = [];

    /// <summary>The dimensions of the graph's inputs and outputs by name, separated by commas.</summary>
    public Dictionary<string, string> Values { get; } = [];

    /// <summary>The field <c>metadata_props</c>.</summary>
    public Dictionary<string, string> Metadata { get; } = [];

    /// <summary>Reads a file.</summary>
    public static OnnxContent Read(string path)
    {
        var content = new OnnxContent();
        foreach (var (field, value) in Fields(File.ReadAllBytes(path)))
        {
            switch (field)
            {
                case 1: content.FormatVersion = (long)value; break;
                case 7: content.ReadGraph((byte[])value); break;
                case 8:
                    content.OperatorSet = Fields((byte[])value).Where(part => part.Field == 2).Select(part => (long)part.Value).Single();
                    break;
                case 14:
                    var entry = Fields((byte[])value).ToDictionary(part => part.Field, part => Text(part.Value));
                    content.Metadata.Add(entry[1], entry[2]);
                    break;
            }
        }

        return content;
    }

    private void ReadGraph(byte[] graph)
    {
        foreach (var (field, value) in Fields(graph))
        {
            switch (field)
            {
                case 1: Nodes.Add(ReadNode((byte[])value)); break;
                case 5: ReadConstant((byte[])value); break;
                case 11 or 12: ReadValue((byte[])value); break;
            }
        }
    }

    private static NodeContent ReadNode(byte[] node)
    {
        var fields = Fields(node).ToLookup(part => part.Field, part => part.Value);
        return new NodeContent(
            Text(fields[4].Single()), Text(fields[3].Single()), [.. fields[1].Select(Text)], [.. fields[2].Select(Text)]);
    }

    private void ReadConstant(byte[] tensor)
    {
        var fields = Fields(tensor).ToLookup(part => part.Field, part => part.Value);
        Assert.Equal(1L, fields[2].Single());
        float[] elements = MemoryMarshal.Cast<byte, float>((byte[])fields[9].Single()).ToArray();
        Constants.Add(Text(fields[8].Single()), ([.. fields[1].Cast<long>()], elements));
    }

    // ValueInfoProto.type → TypeProto.tensor_type → shape → dim. Each dimension is a number or a name.
    private void ReadValue(byte[] info)
    {
        var shape = Inner(Inner(Inner(info, 2), 1), 2);
        var dimensions = Fields(shape).Select(part => Fields((byte[])part.Value).Single())
            .Select(part => part.Field == 1 ? $"{part.Value}" : Text(part.Value));
        Values.Add(Text(Fields(info).Single(part => part.Field == 1).Value), string.Join(",", dimensions));
    }

    private static byte[] Inner(byte[] message, int field) => (byte[])Fields(message).Single(part => part.Field == field).Value;

    private static string Text(object bytes) => System.Text.Encoding.UTF8.GetString((byte[])bytes);

    private static List<(int Field, object Value)> Fields(byte[] message)
    {
        List<(int, object)> fields = [];
        using var input = new CodedInputStream(message);
        while (input.ReadTag() is var tag && tag != 0)
        {
            fields.Add((WireFormat.GetTagFieldNumber(tag), WireFormat.GetTagWireType(tag) switch
            {
                WireFormat.WireType.Varint => input.ReadInt64(),
                WireFormat.WireType.Fixed32 => input.ReadFloat(),
                WireFormat.WireType.LengthDelimited => input.ReadBytes().ToByteArray(),
                var type => throw new InvalidDataException($"Unexpected field of type {type}."),
            }));
        }

        return fields;
    }
}

using Google.Protobuf;

namespace DeepSharp.Testing;

/// <summary>Edits the bytes of ONNX files, to simulate other exporters, other programs and attackers.</summary>
internal static class OnnxBytes
{
    // The numbers of the fields of ModelProto, GraphProto and TensorProto that are used here.
    public const int Graph = 7, Metadata = 14, Node = 1, Constant = 5, RawData = 9;

    /// <summary>Copies a message. The edit replaces its length-delimited fields, or removes them by returning null.</summary>
    public static byte[] Rewrite(byte[] message, Func<int, byte[], (int Field, byte[] Content)?> edit) => Encode(output =>
    {
        using var input = new CodedInputStream(message);
        while (input.ReadTag() is var tag && tag != 0)
        {
            int field = WireFormat.GetTagFieldNumber(tag);
            switch (WireFormat.GetTagWireType(tag))
            {
                case WireFormat.WireType.Varint:
                    output.WriteTag(tag);
                    output.WriteInt64(input.ReadInt64());
                    break;
                case WireFormat.WireType.Fixed32:
                    output.WriteTag(tag);
                    output.WriteFloat(input.ReadFloat());
                    break;
                default:
                    if (edit(field, input.ReadBytes().ToByteArray()) is var (number, content)) Write(output, number, content);
                    break;
            }
        }
    });

    /// <summary>A message with these length-delimited fields.</summary>
    public static byte[] Message(params (int Field, byte[] Content)[] fields) => Encode(output =>
    {
        foreach (var (field, content) in fields) Write(output, field, content);
    });

    /// <summary>Removes the metadata of a file. Edits its nodes and constants, or removes them if the edit returns null.</summary>
    public static byte[] RewriteGraph(byte[] file, Func<byte[], byte[]?>? node = null, Func<byte[], byte[]?>? constant = null) =>
        Rewrite(file, (field, content) => field switch
        {
            Metadata => null,
            Graph => (Graph, Rewrite(content, (inner, message) => inner switch
            {
                Node when node is not null => node(message) is { } other ? (Node, other) : null,
                Constant when constant is not null => constant(message) is { } other ? (Constant, other) : null,
                _ => (inner, message),
            })),
            _ => (field, content),
        });

    /// <summary>The byte ranges of a file that do not belong to elements of its constants.</summary>
    public static Range[] Structure(byte[] file)
    {
        List<Range> structure = [];
        int start = 0;
        Visit(0, file.Length, [Graph, Constant, RawData]);
        structure.Add(start..file.Length);
        return [.. structure];

        void Visit(int from, int to, int[] path)
        {
            using var input = new CodedInputStream(file, from, to - from);
            while (input.ReadTag() is var tag && tag != 0)
            {
                if (WireFormat.GetTagWireType(tag) != WireFormat.WireType.LengthDelimited)
                {
                    input.SkipLastField();
                    continue;
                }

                int length = input.ReadBytes().Length, end = (int)input.Position;
                if (WireFormat.GetTagFieldNumber(tag) != path[0]) continue;
                if (path.Length > 1)
                {
                    Visit(end - length, end, path[1..]);
                    continue;
                }

                structure.Add(start..(end - length));
                start = end;
            }
        }
    }

    private static byte[] Encode(Action<CodedOutputStream> write)
    {
        using var buffer = new MemoryStream();
        using (var output = new CodedOutputStream(buffer, leaveOpen: true)) write(output);
        return buffer.ToArray();
    }

    private static void Write(CodedOutputStream output, int field, byte[] content)
    {
        output.WriteTag(field, WireFormat.WireType.LengthDelimited);
        output.WriteBytes(ByteString.CopyFrom(content));
    }
}

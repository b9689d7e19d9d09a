namespace DeepSharp.Formats.Tests.Onnx;

/// <summary>Reads graphs from complete, truncated and malformed files.</summary>
public sealed class OnnxFileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private string FilePath => folder["model.onnx"];

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Reads_nodes_attributes_and_constants_with_their_names_in_the_file()
    {
        OnnxChain.Write(FilePath, "Conv:strides=2,2 LRN:size=3:alpha=0.5 Flatten Gemm");
        using var file = WeightsFile.Open(FilePath);
        var onnx = Assert.IsType<OnnxFile>(file);
        Assert.Equal(["Conv \"0\"", "LRN \"1\"", "Flatten \"2\"", "Gemm \"3\""], onnx.Nodes.Select(node => node.ToString()));
        Assert.Equal(["constant0", "constant1", "constant2", "constant3"], file.Tensors.Keys);
        Assert.Equal([2, 2], onnx.Nodes[0].Integers("strides"));
        Assert.Equal((3, 0.5f), (onnx.Nodes[1].Integer("size", 0), onnx.Nodes[1].Float("alpha", 0)));
        Assert.Equal("constant1 F32 [2]", onnx.Constant(onnx.Nodes[0], 2).ToString());
        using var weights = file.Read<float>("constant2", TestContexts.Default);
        Assert.Equal([0, 1, 2, 3, 4, 5], weights.ToArray());
    }

    [Fact]
    public void Truncated_files_are_refused()
    {
        OnnxChain.Write(FilePath, "Conv Relu Flatten Gemm");
        byte[] whole = File.ReadAllBytes(FilePath);
        for (int length = 4; length < whole.Length; length++)
        {
            File.WriteAllBytes(FilePath, whole[..length]);
            Refusal();
        }
    }

    [Fact]
    public void Malformed_messages_are_refused()
    {
        // After ir_version 8 follow fields with the tags of metadata (114), a graph (58), a node in a graph (10), a group (59) and others.
        (byte[] Bytes, string Expected)[] cases =
        [
            ([114, 0], "the ONNX file has no graph"),
            ([58, 0, 58, 0], "an ONNX file has one graph, found a second one."),
            ([114, 0, 114, 0, 58, 0], "the metadata \"\" appears twice."),
            ([58, 2, 10], "a message ends at byte 5, before its last field does."),
            ([59], "a field of type 3 at byte 3"),
            ([58, 2, 0, 0], "a field with number 0 at byte 5"),
            ([16, .. Enumerable.Repeat((byte)0x80, 11)], "a number of more than 10 bytes"),
            ([58, 8, 42, 2, 66, 0, 42, 2, 66, 0], "its graph has two constants \"\"."),
            ([58, 0x82, 0x40, .. Enumerable.Repeat((byte[])[10, 0], 4097).SelectMany(node => node)], "its graph has more than 4096 nodes"),
            ([.. Enumerable.Repeat((byte)16, 1 << 22)], "it has more than 1048576 fields"),
        ];
        foreach (var (bytes, expected) in cases)
        {
            File.WriteAllBytes(FilePath, [8, 8, .. bytes]);
            Assert.Contains(expected, Refusal(), StringComparison.Ordinal);
        }
    }

    private string Refusal()
    {
        string message = Assert.Throws<InvalidDataException>(() => WeightsFile.Open(FilePath)).Message;
        Assert.StartsWith($"{FilePath}: ", message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
        return message;
    }
}

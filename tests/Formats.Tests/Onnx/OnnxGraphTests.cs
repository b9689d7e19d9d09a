namespace DeepSharp.Formats.Tests.Onnx;

public class OnnxGraphTests
{
    [Fact]
    public void A_file_larger_than_protobuf_allows_is_refused_before_anything_is_written()
    {
        using var folder = new TemporaryFolder();
        using var graph = new OnnxGraph();
        graph.Add("Relu", "relu", [graph.Last]);
        graph.Constant<float>("large", [1 << 29], () => throw new InvalidOperationException("Nothing should be written."));
        var error = Assert.Throws<NotSupportedException>(
            () => graph.Save(folder["model.onnx"], [1, 3, 32, 32], 10, new Dictionary<string, string>()));

        Assert.Contains("2147483648 bytes", error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFiles(folder.Path));
    }

    [Fact]
    public void A_failed_write_leaves_the_old_file()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["model.onnx"], "before");
        using var graph = new OnnxGraph();
        graph.Add("Relu", "relu", [graph.Last]);
        graph.Constant<float>("damaged", [4], () => throw new IOException("The disk is full."));

        Assert.Throws<IOException>(() => graph.Save(folder["model.onnx"], [1, 3, 32, 32], 10, new Dictionary<string, string>()));
        Assert.Equal("before", File.ReadAllText(folder["model.onnx"]));
        Assert.Single(Directory.EnumerateFiles(folder.Path));
    }
}

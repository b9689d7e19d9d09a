using System.Text;

namespace DeepSharp.Vgg.Tests.Onnx;

/// <summary>Networks with weights in a second file, which PyTorch 2.9 and later writes by default.</summary>
public sealed class ExternalDataTests : IDisposable
{
    // The numbers of the fields of TensorProto.
    private const int ExternalData = 13, DataLocation = 14;

    private readonly TemporaryFolder folder = new();

    public ExternalDataTests()
    {
        Directory.CreateDirectory(folder["inside"]);
        OnnxChain.Write(FilePath, "Conv Relu GlobalAveragePool Flatten Gemm");
    }

    private string FilePath => folder["inside/model.onnx"];

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("model.data")]
    [InlineData("./weights/model.data")]
    public void Weights_are_read_from_a_file_of_the_folder(string location)
    {
        float[] expected;
        using (var model = VggModel.Load<float>(FilePath, TestContexts.Default)) expected = Elements(model);
        Write(location, location);
        using var loaded = VggModel.Load<float>(FilePath, TestContexts.Default);
        Assert.Equal(expected, Elements(loaded));
    }

    [Theory]
    [InlineData("../outside.data", "expected a file in the folder of the network.")]
    [InlineData("weights/../../outside.data", "expected a file in the folder of the network.")]
    [InlineData("/etc/passwd", "expected a file in the folder of the network.")]
    [InlineData("link.data", "expected a file in the folder of the network.")]
    [InlineData("near.data", "expected a file in the folder of the network.")]
    [InlineData("link/outside.data", "expected a file in the folder of the network.")]
    [InlineData("missing.data", "which is missing in the folder")]
    [InlineData("", "its location is not stated.")]
    public void Other_files_are_not_read(string location, string expected)
    {
        File.WriteAllBytes(folder["outside.data"], new byte[10_000]);
        File.CreateSymbolicLink(folder["inside/link.data"], folder["outside.data"]);
        Directory.CreateSymbolicLink(folder["inside/link"], folder.Path);
        // A link that stays inside by its text, but leads through another link.
        File.CreateSymbolicLink(folder["inside/near.data"], folder["inside/link/outside.data"]);
        Write("model.data", location);
        Assert.Contains(expected, Refusal(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_truncated_file_is_refused()
    {
        Write("model.data", "model.data");
        using (var stream = File.OpenWrite(folder["inside/model.data"])) stream.SetLength(stream.Length - 1);
        Assert.Contains("end at byte", Refusal(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("offset", "-1")]
    [InlineData("length", "1e3")]
    [InlineData("offset", "9223372036854775807")]
    public void Impossible_positions_are_refused(string key, string value)
    {
        Write("model.data", "model.data", (key, value));
        Assert.Contains("its elements in \"model.data\" end at byte|expected a whole number as ".Split('|'), text =>
            Refusal().Contains(text, StringComparison.Ordinal));
    }

    private static float[] Elements(VggModel<float> model) =>
        [.. model.Parameters().SelectMany(parameter => parameter.Value.ToArray())];

    private string Refusal()
    {
        string message = Assert.Throws<InvalidDataException>(() => WeightsFile.Open(FilePath)).Message;
        Assert.StartsWith($"{FilePath}: ", message, StringComparison.Ordinal);
        return message;
    }

    // Moves the elements of all constants to a file, and states a location.
    private void Write(string path, string location, (string Key, string Value)? change = null)
    {
        using var data = new MemoryStream();
        File.WriteAllBytes(FilePath, OnnxBytes.RewriteGraph(File.ReadAllBytes(FilePath), constant: message =>
        {
            long offset = data.Position;
            byte[] rest = OnnxBytes.Rewrite(message, (field, content) =>
            {
                if (field != OnnxBytes.RawData) return (field, content);
                data.Write(content);
                return null;
            });
            Dictionary<string, string> entries = new()
            {
                ["location"] = location,
                ["offset"] = $"{offset}",
                ["length"] = $"{data.Position - offset}",
            };
            if (change is var (key, value)) entries[key] = value;
            byte[] external = OnnxBytes.Message([.. entries.Select(entry => (ExternalData, OnnxBytes.Message(
                (1, Encoding.UTF8.GetBytes(entry.Key)), (2, Encoding.UTF8.GetBytes(entry.Value)))))]);
            return [.. rest, .. external, DataLocation << 3, 1];
        }));
        string full = folder[$"inside/{path}"];
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllBytes(full, data.ToArray());
    }
}

namespace DeepSharp.Vgg.Tests.Onnx;

public class OnnxExportTests
{
    private static readonly OnnxCase Small = OnnxCase.All().Single(onnxCase => onnxCase.Name == "A-bn");

    [Fact]
    public void A_file_has_versions_and_metadata_and_accepts_any_number_of_images()
    {
        var content = Export(Small, Small.Export with { Metadata = new Dictionary<string, string> { ["mean"] = "0.5" } });

        Assert.Equal((8, 17), (content.FormatVersion, content.OperatorSet));
        Assert.Equal("N,3,32,32", content.Values["images"]);
        Assert.Equal("N,5", content.Values["logits"]);
        Assert.Equal("0.5", content.Metadata["mean"]);
    }

    [Fact]
    public void Nodes_form_a_chain_without_dropout()
    {
        var content = Export(Small);

        Assert.Equal(
            ["Conv", "BatchNormalization", "Relu", "MaxPool"], content.Nodes.Take(4).Select(node => node.Operator));
        Assert.DoesNotContain("Dropout", content.Nodes.Select(node => node.Operator));
        string value = "images";
        foreach (var node in content.Nodes)
        {
            Assert.Equal(value, node.Inputs[0]);
            Assert.All(node.Inputs.Skip(1), input => Assert.Contains(input, content.Constants));
            value = Assert.Single(node.Outputs);
        }

        Assert.Equal("logits", value);
    }

    [Fact]
    public void Constants_have_the_keys_the_shapes_and_the_element_order_of_PyTorch()
    {
        using var model = Small.Create<float>();
        var content = Export(Small);

        foreach (var (name, parameter) in model.NamedParameters())
        {
            var (shape, elements) = content.Constants[name];
            Assert.Equal(parameter.Value.Shape.Select(length => (long)length), shape);
            Assert.Equal(parameter.Value.ToArray(), elements);
        }
    }

    [Fact]
    public void A_folded_batch_normalization_has_no_node_and_no_constants()
    {
        var content = Export(Small, new OnnxOptions { FoldBatchNorm = true });

        Assert.DoesNotContain("BatchNormalization", content.Nodes.Select(node => node.Operator));
        Assert.DoesNotContain("features.1.weight", content.Constants.Keys);
    }

    [Fact]
    public void A_model_in_double_is_rounded_to_float()
    {
        using var folder = new TemporaryFolder();
        using var model = Small.Create<double>();
        OnnxExport.Write(model, folder["model.onnx"], Small.Export);
        var content = OnnxContent.Read(folder["model.onnx"]);

        foreach (var (name, parameter) in model.NamedParameters())
            Assert.Equal(Array.ConvertAll(parameter.Value.ToArray(), element => (float)element), content.Constants[name].Elements);
    }

    [Theory]
    [InlineData("", 32)]
    [InlineData("imagenet-head", 224)]
    public void The_default_image_size_is_the_one_that_the_head_expects(string name, int size)
    {
        var onnxCase = OnnxCase.All().FirstOrDefault(candidate => candidate.Name == name) ?? Small;
        var content = Export(onnxCase);

        Assert.Equal($"N,3,{size},{size}", content.Values["images"]);
        // With this image size, the maps already have the pool size of the head.
        Assert.DoesNotContain(content.Nodes, node => node.Operator is "AveragePool" or "MatMul");
    }

    [Fact]
    public void Too_small_images_are_refused_with_the_name_of_the_layer_and_leave_no_file()
    {
        using var folder = new TemporaryFolder();
        using var model = Small.Create<float>();
        var error = Assert.Throws<ShapeException>(() => OnnxExport.Write(model, folder["model.onnx"], new OnnxOptions { Height = 8 }));

        Assert.Contains("MaxPool2d", error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFiles(folder.Path));
    }

    private static OnnxContent Export(OnnxCase onnxCase, OnnxOptions? options = null)
    {
        using var folder = new TemporaryFolder();
        using var model = onnxCase.Create<float>();
        OnnxExport.Write(model, folder["model.onnx"], options ?? onnxCase.Export);
        return OnnxContent.Read(folder["model.onnx"]);
    }
}

namespace DeepSharp.Vgg.Tests.Onnx;

/// <summary>Writes networks to ONNX files and loads them, either by the description in the file or by its nodes.</summary>
public sealed class OnnxFileTests : IDisposable
{
    // Folding a batch normalization changes the rounding. The bound allows for that, but detects a wrong weight.
    private const double RelativeBound = 1e-4;

    private readonly TemporaryFolder folder = new();

    private string FilePath => folder["model.onnx"];

    public static TheoryData<string> Names => [.. OnnxCase.All().Select(onnxCase => onnxCase.Name)];

    public void Dispose() => folder.Dispose();

    [Theory]
    [MemberData(nameof(Names))]
    public void Loads_as_the_network_that_was_written(string name)
    {
        var onnxCase = Find(name);
        using var model = onnxCase.Create<float>();
        OnnxExport.Write(model, FilePath, onnxCase.Export);
        using var loaded = VggModel.Load<float>(FilePath, TestContexts.Default);
        bool isFolded = onnxCase.Export.FoldBatchNorm && model.Options.BatchNorm;
        var expected = isFolded ? model.Options with { BatchNorm = false, ConvolutionBias = true } : model.Options;
        Assert.Equal(
            (model.Config.ToString(), expected, model.Description.Seed),
            (loaded.Config.ToString(), loaded.Options, loaded.Description.Seed));
        if (!isFolded) Assert.Equal(model.State().Sha256(), loaded.State().Sha256());
        RequireSameScores(model, loaded);
    }

    [Theory]
    [InlineData("A-bn")]
    [InlineData("B")]
    [InlineData("A-LRN-bn")]
    [InlineData("pool-overlaps")]
    public void Safetensors_to_onnx_to_safetensors_preserves_every_byte(string name)
    {
        var onnxCase = Find(name);
        using var model = onnxCase.Create<float>();
        foreach (var (index, (_, entry)) in model.State().Where(named => named.Value.IsInteger).Index()) entry.Integer = (3 * index) + 1;
        var writer = new SafeTensorsWriter { Metadata = { ["note"] = "of somebody" } };
        model.State().AddTo(writer);
        model.Describe(writer.Metadata);
        new ImagePreprocessing(["one", "zwei", "três", "4", ""], [0.5, 0.25, 0.1], [1, 2, 3], 3, 32, 32).Write(writer.Metadata);
        writer.Save(folder["first.safetensors"]);

        using (var first = WeightsFile.Open(folder["first.safetensors"]))
        {
            using var loaded = VggModel.Load<float>(first, TestContexts.Default);
            OnnxExport.Write(loaded, FilePath, onnxCase.Export with { Metadata = first.Metadata });
        }

        using (var file = OnnxFile.Open(FilePath))
        {
            Assert.Equal("três", ImagePreprocessing.Read(file)!.Classes[2]);
            var back = new SafeTensorsWriter();
            back.AddAll(VggRecognition.Of(file).Weights);
            back.Save(folder["second.safetensors"]);
        }

        Assert.Equal(File.ReadAllBytes(folder["first.safetensors"]), File.ReadAllBytes(folder["second.safetensors"]));
    }

    /// <summary>Simulates files of other exporters: constants have arbitrary names, and only the nodes describe the network.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void The_network_is_recognized_by_its_nodes_when_names_are_unknown(string name)
    {
        var onnxCase = Find(name);
        using var model = onnxCase.Create<float>();
        OnnxExport.Write(model, FilePath, onnxCase.Export);
        Change(Rename, Rename);
        if (name is "lrn-window-2" or "pool-overlaps" or "pool-enlarges")
        {
            // These layers are exported as generic operators, which also occur in other networks.
            Assert.Contains(" node M", Refusal(), StringComparison.Ordinal);
            return;
        }

        using var loaded = VggModel.Load<float>(FilePath, TestContexts.Default);
        Assert.Equal(model.Config.ToString(), loaded.Config.ToString());
        Assert.Equal(model.Options.Head with { DropoutFirst = false }, loaded.Options.Head);
        RequireSameScores(model, loaded);

        // Renames nodes, values and constants: of these fields, only names contain dots.
        static byte[] Rename(byte[] message) => OnnxBytes.Rewrite(message, (field, content) =>
            (field, field is 1 or 2 or 3 or 8 && content.Contains((byte)'.')
                ? [.. "onnx::"u8, .. System.Text.Encoding.ASCII.GetBytes(Convert.ToHexString(content))]
                : content));
    }

    [Fact]
    public void Weights_may_be_stored_in_float_data_instead_of_raw_data()
    {
        OnnxChain.Write(FilePath, "Conv Relu GlobalAveragePool Flatten Gemm");
        Change(constant: message => OnnxBytes.Rewrite(message, (field, content) => (field == OnnxBytes.RawData ? 4 : field, content)));
        RequireConsecutive();
    }

    [Fact]
    public void Weights_may_be_outputs_of_constant_nodes()
    {
        OnnxChain.Write(FilePath, "Conv Relu GlobalAveragePool Flatten Gemm");
        List<byte[]> constants = [];
        Change(constant: message =>
        {
            // Field numbers of a node: output 2, operator 4, attribute 5; of an attribute: name 1, tensor 5; of a tensor: name 8.
            string name = "";
            OnnxBytes.Rewrite(message, (field, content) =>
            {
                if (field == 8) name = System.Text.Encoding.UTF8.GetString(content);
                return null;
            });
            byte[] attribute = OnnxBytes.Message((1, [.. "value"u8]), (5, message));
            constants.Add(OnnxBytes.Message((2, System.Text.Encoding.UTF8.GetBytes(name)), (4, [.. "Constant"u8]), (5, attribute)));
            return null;
        });
        byte[] file = File.ReadAllBytes(FilePath);
        File.WriteAllBytes(FilePath, OnnxBytes.Rewrite(file, (field, content) => (field, field != OnnxBytes.Graph ? content
            : [.. OnnxBytes.Message([.. constants.Select(constant => (OnnxBytes.Node, constant))]), .. content])));
        RequireConsecutive();
    }

    [Fact]
    public void Linear_layers_may_be_transposed()
    {
        OnnxChain.Write(FilePath, "Conv Relu GlobalAveragePool Flatten Gemm", transposesLinear: true);
        using var file = WeightsFile.Open(FilePath);
        using var weights = VggRecognition.Of(file).Weights.Read<double>("classifier.0.weight", TestContexts.Default);
        // The transpose of the stored matrix 0 1 2 / 3 4 5.
        Assert.Equal([0, 3, 1, 4, 2, 5], weights.ToArray());
        using var model = VggModel.Load<float>(file, TestContexts.Default);
        Assert.Equal(3, model.Options.Classes);
    }

    [Theory]
    [InlineData("Conv Relu MaxPool GlobalAveragePool Flatten Gemm", "2:3p0,M")]
    [InlineData("Conv:pads=1,1,1,1 Relu Conv Relu GlobalAveragePool Flatten Gemm Dropout Softmax", "2,2:3p0")]
    [InlineData("Identity Conv Relu MaxPool LRN:size=3:alpha=0.5 Conv Relu GlobalAveragePool Flatten Gemm", "2:3p0,M,LRN,2:3p0")]
    [InlineData("Conv:pads=2,2,2,2 BatchNormalization:epsilon=0.00001 Relu AveragePool:kernel_shape=34,34 Flatten Gemm", "2:3p2")]
    public void Operators_that_do_not_change_the_network_are_skipped(string chain, string config)
    {
        OnnxChain.Write(FilePath, chain);
        using var file = WeightsFile.Open(FilePath);
        var recognition = VggRecognition.Of(file);
        Assert.Equal(config, recognition.Description.Config.ToString());
        Assert.Empty(recognition.Assumptions);
        VggModel.Load<float>(file, TestContexts.Default).Dispose();
    }

    /// <summary>A VGG network with these weights would not compute the same function as these nodes.</summary>
    [Theory]
    [InlineData("Conv LeakyRelu MaxPool GlobalAveragePool Flatten Gemm", "not a VGG network: it has a node LeakyRelu \"1\".")]
    [InlineData(
        "Conv MaxPool GlobalAveragePool Flatten Gemm",
        "expected the node GlobalAveragePool \"2\" to have a Relu between the node Conv \"0\" and it.")]
    [InlineData(
        "Conv Relu AveragePool:kernel_shape=2,2:strides=2,2 MaxPool GlobalAveragePool Flatten Gemm",
        "expected the node MaxPool \"3\" to have a position before the averaging and the linear layers.")]
    [InlineData(
        "Conv Relu AveragePool:kernel_shape=3,3:strides=2,2 Flatten Gemm",
        "expected the node AveragePool \"2\" to have windows that divide the maps of 30×30 into squares")]
    [InlineData(
        "Conv Relu MaxPool:kernel_shape=3,3:strides=2,2 GlobalAveragePool Flatten Gemm",
        "expected the node MaxPool \"2\" to have windows of 2×2 with stride 2 without padding.")]
    [InlineData(
        "Conv:strides=2,2 Relu GlobalAveragePool Flatten Gemm",
        "expected the node Conv \"0\" to have strides (1, 1), found (2, 2).")]
    [InlineData("Conv:dilations=1,2 Relu GlobalAveragePool Flatten Gemm", "to have dilations (1, 1), found (1, 2).")]
    [InlineData("Conv:group=3 Relu GlobalAveragePool Flatten Gemm", "to have group 1, found 3.")]
    [InlineData(
        "Conv:pads=1,1,0,0 Relu GlobalAveragePool Flatten Gemm",
        "to have a square kernel and the same pads at all edges, found 3×3")]
    [InlineData(
        "Conv:pads=40,40,40,40 Relu GlobalAveragePool Flatten Gemm",
        "not a VGG network: the node Conv \"0\" would be the step 2:3p40")]
    [InlineData("Conv BatchNormalization:epsilon=0.001 Relu GlobalAveragePool Flatten Gemm", "to have epsilon 1E-05, found 0.001.")]
    [InlineData(
        "Conv Relu Conv BatchNormalization Relu GlobalAveragePool Flatten Gemm",
        "expected the node Conv \"0\" to have a batch normalization after it, as the other convolutions have.")]
    [InlineData(
        "Conv Relu LRN:size=3 LRN:size=5 GlobalAveragePool Flatten Gemm",
        "expected the node LRN \"3\" to have the constants of the LRN before it.")]
    [InlineData("Conv Relu GlobalAveragePool Flatten Gemm:alpha=0.5", "to have alpha 1, found 0.5.")]
    [InlineData("Conv Relu GlobalAveragePool Flatten Gemm:transA=1", "to have transA 0, found 1.")]
    [InlineData(
        "Conv Relu GlobalAveragePool Flatten Gemm Relu",
        "not a VGG network: expected the output \"logits\" [?, 3] to be scores, found a Relu after them.")]
    [InlineData(
        "Conv Relu GlobalAveragePool Flatten Softmax Gemm",
        "expected the node Softmax \"4\" to have scores [N, classes] as input.")]
    [InlineData(
        "Conv GlobalAveragePool Flatten Gemm",
        "expected the node GlobalAveragePool \"1\" to have a Relu between the node Conv \"0\" and it.")]
    [InlineData("Conv Relu GlobalAveragePool Flatten", "there is no linear layer")]
    [InlineData("Conv Relu MatMul", "expected the node MatMul \"2\" to have a known value as input 1, found \"\".")]
    [InlineData(
        "Conv Relu Conv@0 Relu GlobalAveragePool Flatten Gemm",
        "expected the node Conv \"2\" to have a Relu between the node Conv \"0\" and it.")]
    [InlineData("Relu", "not a VGG network: there is no convolution.")]
    public void Other_networks_are_refused_with_one_line(string chain, string expected)
    {
        OnnxChain.Write(FilePath, chain);
        Assert.Contains(expected, Refusal(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_graph_without_nodes_is_refused()
    {
        // ir_version 8, then a graph (tag 58) with one constant (tag 42).
        File.WriteAllBytes(FilePath, [8, 8, 58, 4, 42, 2, 8, 0]);
        Assert.Contains("not a VGG network: the graph has no output.", Refusal(), StringComparison.Ordinal);
    }

    /// <summary>The description in the metadata no longer holds if another program changes the nodes.</summary>
    [Fact]
    public void Changed_nodes_are_noticed_although_the_file_describes_the_network()
    {
        using var model = VggModel.Create<float>(VggConfig.Parse("4,M"), new VggOptions { Classes = 3, Head = VggHead.Compact }, seed: 1);
        OnnxExport.Write(model, FilePath);
        byte[] file = File.ReadAllBytes(FilePath);
        // Another operator of the same length.
        int at = file.AsSpan().IndexOf("Relu"u8);
        "Sqrt"u8.CopyTo(file.AsSpan(at));
        File.WriteAllBytes(FilePath, file);
        Assert.Contains("not a VGG network: it has a node Sqrt", Refusal(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_description_that_the_nodes_contradict_is_not_passed_on()
    {
        OnnxChain.Write(FilePath, "Conv Relu GlobalAveragePool Flatten Gemm");
        using var other = VggModel.Create<float>(VggConfig.Parse("4,M"), new VggOptions { Classes = 3, Head = VggHead.Compact }, seed: 1);
        Dictionary<string, string> metadata = [];
        other.Description.Write(metadata);
        byte[] entry = OnnxBytes.Message([.. metadata.Select(pair => (OnnxBytes.Metadata, OnnxBytes.Message(
            (1, System.Text.Encoding.UTF8.GetBytes(pair.Key)), (2, System.Text.Encoding.UTF8.GetBytes(pair.Value)))))]);
        File.AppendAllBytes(FilePath, entry);
        using var file = WeightsFile.Open(FilePath);
        Assert.Equal("4,M", VggDescription.Read(file)!.Config.ToString());
        var recognition = VggRecognition.Of(file);
        Assert.Equal("2:3p0", recognition.Description.Config.ToString());
        Assert.Null(VggDescription.Read(recognition.Weights));
    }

    [Fact]
    public void Operator_sets_in_which_layers_train_by_default_are_refused()
    {
        OnnxChain.Write(FilePath, "Conv Relu GlobalAveragePool Flatten Gemm");
        byte[] file = File.ReadAllBytes(FilePath);
        // The last field of the model's operator set: version (2) 17.
        int at = file.AsSpan().IndexOf((ReadOnlySpan<byte>)[2 << 3, OnnxGraph.OperatorSet]);
        file[at + 1] = 6;
        File.WriteAllBytes(FilePath, file);
        Assert.Contains("expected at least version 7 of ONNX's operator set, found 6", Refusal(), StringComparison.Ordinal);
    }

    private static OnnxCase Find(string name) => OnnxCase.All().Single(onnxCase => onnxCase.Name == name);

    private static void RequireSameScores(VggModel<float> left, VggModel<float> right)
    {
        using var images = Tensor<float>.RandomNormal(
            [2, left.Options.InputChannels, 32, 32], new RandomStream(3, "images"), context: TestContexts.Default);
        using var tape = new Tape<float>(Mode.Evaluation);
        float[] expected = left.Forward(tape.Input(images)).Value.ToArray(), found = right.Forward(tape.Input(images)).Value.ToArray();
        double max = expected.Max(Math.Abs);
        Assert.All(expected.Zip(found), pair => Assert.Equal(pair.First, pair.Second, RelativeBound * max));
    }

    private void Change(Func<byte[], byte[]?>? node = null, Func<byte[], byte[]?>? constant = null) =>
        File.WriteAllBytes(FilePath, OnnxBytes.RewriteGraph(File.ReadAllBytes(FilePath), node, constant));

    // Requires the weights 0, 1, 2, … that OnnxChain writes to each constant.
    private void RequireConsecutive()
    {
        using var model = VggModel.Load<float>(FilePath, TestContexts.Default);
        Assert.Equal(4, model.Parameters().Count);
        foreach (var parameter in model.Parameters())
            Assert.Equal(Enumerable.Range(0, parameter.Value.ElementCount).Select(i => (float)i), parameter.Value.ToArray());
    }

    private string Refusal()
    {
        using var file = WeightsFile.Open(FilePath);
        string message = Assert.Throws<InvalidDataException>(() => VggRecognition.Of(file)).Message;
        Assert.StartsWith($"{FilePath}: ", message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
        return message;
    }
}

namespace DeepSharp.Vgg.Tests.Models;

public class VggModelTests
{
    private static readonly VggConfig Small = VggConfig.Parse("4,LRN,M,6,6:1,M");

    // No option has its default value.
    private static readonly VggOptions SmallOptions = new()
    {
        BatchNorm = true,
        ConvolutionBias = false,
        Classes = 3,
        Head = new VggHead { PoolSize = 2, Hidden = [5], Dropout = 0.25, DropoutFirst = true },
        Initialization = Initialization.Paper,
        InputChannels = 2,
        InputSize = 8,
        Lrn = LrnConstants.Parse("3,0.5,0.6,2.5"),
    };

    private static ComputeContext Context => TestContexts.Default;

    [Fact]
    public void Has_the_keys_and_shapes_of_torchvision()
    {
        var options = new VggOptions { BatchNorm = true, Classes = 10, Head = VggHead.Compact };
        using var model = VggModel.Create<float>(VggConfig.A, options, seed: 1, Context);
        var parameters = model.NamedParameters().ToDictionary(named => named.Name, named => named.Parameter.Shape);
        Assert.Equal([64, 3, 3, 3], parameters["features.0.weight"]);
        Assert.Equal([64], parameters["features.0.bias"]);
        Assert.Equal([64], parameters["features.1.weight"]);
        Assert.Equal([512, 512, 3, 3], parameters["features.25.weight"]);
        Assert.Equal([10, 512], parameters["classifier.0.weight"]);
        Assert.Equal(34, parameters.Count);
        Assert.Equal(16, model.NamedBuffers().Count());
        Assert.Equal(8, Integers(model).Count());
        Assert.Contains("features.26.running_var", model.NamedBuffers().Select(named => named.Name));
        Assert.Contains("features.26.num_batches_tracked", Integers(model).Select(named => named.Key));
        Assert.Equal(model.ParameterCount, model.Parameters().Sum(parameter => parameter.Value.ElementCount));
    }

    [Fact]
    public void Has_the_layers_that_its_summary_lists()
    {
        using var model = VggModel.Create<float>(Small, SmallOptions, seed: 1, Context);
        foreach (var layer in ModelSummary.Of(model, [1, 2, 8, 8]).Layers.Where(layer => layer.Key != "flatten"))
        {
            var module = model.NamedModules().Single(named => named.Name == layer.Key).Module;
            Assert.Equal(layer.Kind, module.Kind);
            Assert.Equal(layer.ParameterCount, module.Parameters().Sum(parameter => parameter.Value.ElementCount));
        }

        string[] kinds =
        [
            "Conv2d", "BatchNorm2d", "ReLU", "LocalResponseNorm", "MaxPool2d",
            "Conv2d", "BatchNorm2d", "ReLU", "Conv2d", "BatchNorm2d", "ReLU", "MaxPool2d",
            "AdaptiveAvgPool2d", "Flatten", "Dropout", "Linear", "ReLU", "Linear",
        ];
        Assert.Equal(kinds, model.Layers([1, 2, 8, 8]).Select(call => call.Layer.Kind));
    }

    [Theory]
    [InlineData(8, 8)]
    [InlineData(9, 13)]
    public void Outputs_have_the_shapes_in_the_summary(int height, int width)
    {
        using var model = VggModel.Create<float>(Small, SmallOptions, seed: 1, Context);
        using var images = Tensor<float>.RandomNormal([3, 2, height, width], new RandomStream(1, "images"), context: Context);
        var summary = ModelSummary.Of(model, images.Shape);
        using var tape = new Tape<float>(Mode.Evaluation);
        for (int i = 0; i < model.Features.Count; i++)
            Assert.Equal(summary.Layers[i].OutputShape, model.Features.Forward(tape.Input(images), ..(i + 1)).Shape);
        Assert.Equal([3, 3], model.Forward(tape.Input(images)).Shape);
    }

    [Fact]
    public void The_seed_determines_the_weights()
    {
        using VggModel<float> one = Create(1), again = Create(1), other = Create(2);
        Assert.Equal(one.State().Sha256(), again.State().Sha256());
        Assert.NotEqual(one.State().Sha256(), other.State().Sha256());

        static VggModel<float> Create(long seed) => VggModel.Create<float>(Small, SmallOptions, seed, Context);
    }

    [Theory]
    [InlineData(Initialization.KaimingFanOut, 0.0417, 0.01)]
    [InlineData(Initialization.Paper, 0.01, 0.01)]
    public void Initial_weights_have_the_standard_deviation_of_the_initialization(
        Initialization initialization, double convolution, double linear)
    {
        // Kaiming fan-out: √(2 / (128 · 9)) = 0.0417. The standard deviation of the 73,728 weights is within 1 % of it.
        var options = new VggOptions { Classes = 100, Head = VggHead.Compact, Initialization = initialization, BatchNorm = true };
        using var model = VggModel.Create<double>(VggConfig.Parse("64,M,128"), options, seed: 1, Context);
        var parameters = model.NamedParameters().ToDictionary(named => named.Name, named => named.Parameter.Value.ToArray());
        Assert.Equal(convolution, StandardDeviation(parameters["features.4.weight"]), convolution * 0.01);
        Assert.Equal(linear, StandardDeviation(parameters["classifier.0.weight"]), linear * 0.03);
        Assert.All(
            parameters["features.0.bias"].Concat(parameters["features.1.bias"]).Concat(parameters["classifier.0.bias"]),
            value => Assert.Equal(0, value));
        Assert.All(parameters["features.1.weight"], value => Assert.Equal(1, value));

        static double StandardDeviation(double[] values) => Math.Sqrt(values.Average(value => value * value));
    }

    [Fact]
    public void A_saved_model_is_created_again_from_the_description_in_its_file()
    {
        using var folder = new TemporaryFolder();
        using var images = Tensor<float>.RandomNormal([2, 2, 8, 8], new RandomStream(1, "images"), context: Context);
        using var saved = VggModel.Create<float>(Small, SmallOptions, seed: 1, Context);
        using (var tape = new Tape<float>(Mode.Training)) saved.Forward(tape.Input(images));
        saved.Save(folder["model.safetensors"]);
        using var loaded = VggModel.Load<float>(folder["model.safetensors"], Context);
        Assert.Equal(Small.ToString(), loaded.Config.ToString());
        Assert.Equal(SmallOptions, loaded.Options);
        Assert.Equal(1, Integers(loaded).First().Value.Integer);
        Assert.Equal(saved.State().Sha256(), loaded.State().Sha256());
        using var evaluation = new Tape<float>(Mode.Evaluation);
        Assert.Equal(saved.Forward(evaluation.Input(images)).Value.ToArray(), loaded.Forward(evaluation.Input(images)).Value.ToArray());
    }

    [Theory]
    [InlineData(null, "there is no convolution")]
    [InlineData("null", "there is no convolution")]
    [InlineData("{}", "damaged")]
    [InlineData("""{"config":"64,X"}""", "damaged: Configuration: token 2")]
    [InlineData("""{"config":"64,M","classes":-1}""", "damaged")]
    [InlineData("""{"config":"64,M","hidden":null}""", "damaged")]
    [InlineData("""{"config":"64,M","classes":2000000000,"hidden":[]}""", " parameters, found only ")]
    [InlineData("""{"config":"64,M","hidden":[2000000000,2000000000,2000000000,2000000000]}""", " parameters, found only ")]
    [InlineData("""{"config":"64,M\u0007"}""", "damaged: Configuration: token 2 (\"M?\"")]
    [InlineData("""{"config":"65536,M","poolSize":2000000000}""", "damaged")]
    [InlineData(
        """{"config":"1,M,M,M,M,M,M","classes":1,"poolSize":1,"hidden":[]}""",
        "damaged: features.7 (MaxPool2d): a window of 2×2 does not fit into 1×1 pixels")]
    public void Says_what_is_wrong_with_the_description_in_a_file(string? description, string reason)
    {
        using var folder = new TemporaryFolder();
        var writer = new SafeTensorsWriter();
        if (description is not null) writer.Metadata["vgg"] = description;
        writer.Save(folder["model.safetensors"]);
        var error = Assert.Throws<InvalidDataException>(() => VggModel.Load<float>(folder["model.safetensors"], Context));
        Assert.StartsWith(folder["model.safetensors"], error.Message, StringComparison.Ordinal);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(error.Message, char.IsControl);
    }

    [Fact]
    public void A_description_in_a_file_is_checked_before_memory_is_allocated()
    {
        using var folder = new TemporaryFolder();
        // The description asks for running statistics of 1.5 GB and weights of 464 TB.
        string config = string.Join(',', Enumerable.Repeat("65536", 3000));
        var writer = new SafeTensorsWriter { Metadata = { ["vgg"] = $$"""{"config":"{{config}}","batchNorm":true}""" } };
        writer.Save(folder["model.safetensors"]);
        long allocated = WeightsFuzz.Allocated(() =>
        {
            var error = Assert.Throws<InvalidDataException>(() => VggModel.Load<float>(folder["model.safetensors"], Context));
            Assert.Contains(" parameters, found only ", error.Message, StringComparison.Ordinal);
        });
        Assert.InRange(allocated, 0, 64 << 20);
    }

    [Fact]
    public void Counting_and_summarizing_allocate_no_weights()
    {
        long allocated = WeightsFuzz.Allocated(() =>
        {
            using var context = new ComputeContext(new ComputeOptions { Workers = 1 });
            using var model = VggModel.Create<float>(VggConfig.E, new VggOptions { BatchNorm = true }, seed: 1, context);
            Assert.Equal(143_678_248, model.ParameterCount);
            Assert.Equal(143_678_248, model.Description.ParameterCount);
            Assert.Equal(143_678_248, ModelSummary.Of(model, [1, 3, 224, 224]).ParameterCount);
            Assert.All(model.Parameters(), parameter => Assert.False(parameter.IsInitialized));
        });
        // The running statistics take 44 KB; the weights would take 575 MB.
        Assert.InRange(allocated, 0, 4 << 20);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Weights_do_not_depend_on_the_order_of_first_use(bool backwards)
    {
        using var one = VggModel.Create<float>(Small, SmallOptions, seed: 1, Context);
        using var other = VggModel.Create<float>(Small, SmallOptions, seed: 1, Context);
        var parameters = other.Parameters();
        if (backwards) foreach (var parameter in parameters.Reverse()) _ = parameter.Value;
        else Parallel.ForEach(parameters.Concat(parameters), parameter => _ = parameter.Value);
        Assert.Equal(one.State().Sha256(), other.State().Sha256());
    }

    private static IEnumerable<KeyValuePair<string, StateEntry>> Integers(Module<float> model) =>
        model.State().Where(named => named.Value.IsInteger);
}

using DeepSharp.Autograd;
using DeepSharp.Tensors;

namespace DeepSharp.Vgg.Tests.Models;

public class VggModelTests
{
    private static readonly VggConfig Small = VggConfig.Parse("4,LRN,M,6,6:1,M");

    // Nothing is as it is by default.
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
    public void Has_torchvision_s_keys_and_shapes()
    {
        using var model = VggModel.Create<float>(VggConfig.A, new VggOptions { BatchNorm = true, Classes = 10, Head = VggHead.Compact }, seed: 1, Context);
        var parameters = model.NamedParameters().ToDictionary(named => named.Name, named => named.Parameter.Shape);
        Assert.Equal([64, 3, 3, 3], parameters["features.0.weight"]);
        Assert.Equal([64], parameters["features.0.bias"]);
        Assert.Equal([64], parameters["features.1.weight"]);
        Assert.Equal([512, 512, 3, 3], parameters["features.25.weight"]);
        Assert.Equal([10, 512], parameters["classifier.0.weight"]);
        Assert.Equal(34, parameters.Count);
        Assert.Equal(16, model.NamedBuffers().Count());
        Assert.Equal(8, model.NamedCounters().Count());
        Assert.Contains("features.26.running_var", model.NamedBuffers().Select(named => named.Name));
        Assert.Contains("features.26.num_batches_tracked", model.NamedCounters().Select(named => named.Name));
        Assert.Equal(model.Plan.ParameterCount, model.Parameters().Sum(parameter => parameter.Value.ElementCount));
    }

    [Fact]
    public void Has_the_layers_that_the_plan_describes()
    {
        using var model = VggModel.Create<float>(Small, SmallOptions, seed: 1, Context);
        foreach (var layer in model.Plan.Layers.Where(layer => layer.Key != "flatten"))
        {
            var module = model.NamedModules().Single(named => named.Name == layer.Key).Module;
            Assert.Equal(layer.GetType().Name.Replace("Plan", "", StringComparison.Ordinal), module.GetType().Name.Split('`')[0]);
            Assert.Equal(layer.ParameterCount, module.Parameters().Sum(parameter => parameter.Value.ElementCount));
        }
    }

    [Theory]
    [InlineData(8, 8)]
    [InlineData(9, 13)]
    public void Gives_the_shapes_that_the_plan_foretells(int height, int width)
    {
        using var model = VggModel.Create<float>(Small, SmallOptions, seed: 1, Context);
        using var images = Tensor<float>.RandomNormal([3, 2, height, width], new RandomStream(1, "images"), context: Context);
        var summary = new ModelSummary(model.Plan, images.Shape);
        using var tape = new Tape<float>(Mode.Evaluation);
        for (int i = 0; i < model.Features.Count; i++)
            Assert.Equal(summary.Layers[i].OutputShape, model.Features.Forward(tape.Input(images), ..(i + 1)).Shape);
        Assert.Equal([3, 3], model.Forward(tape.Input(images)).Shape);
    }

    [Fact]
    public void The_seed_decides_the_weights()
    {
        using VggModel<float> one = Create(1), again = Create(1), other = Create(2);
        Assert.Equal(WeightsHash.Compute(one), WeightsHash.Compute(again));
        Assert.NotEqual(WeightsHash.Compute(one), WeightsHash.Compute(other));

        static VggModel<float> Create(long seed) => VggModel.Create<float>(Small, SmallOptions, seed, Context);
    }

    [Theory]
    [InlineData(Initialization.KaimingFanOut, 0.0417, 0.01)]
    [InlineData(Initialization.Paper, 0.01, 0.01)]
    public void Draws_weights_with_the_deviation_of_the_initialisation(Initialization initialization, double convolution, double linear)
    {
        // √(2 / (128 · 9)) = 0.0417; with 73,728 draws the sample's deviation is within 1 % of it.
        var options = new VggOptions { Classes = 100, Head = VggHead.Compact, Initialization = initialization, BatchNorm = true };
        using var model = VggModel.Create<double>(VggConfig.Parse("64,M,128"), options, seed: 1, Context);
        var parameters = model.NamedParameters().ToDictionary(named => named.Name, named => named.Parameter.Value.ToArray());
        Assert.Equal(convolution, Deviation(parameters["features.4.weight"]), convolution * 0.01);
        Assert.Equal(linear, Deviation(parameters["classifier.0.weight"]), linear * 0.03);
        Assert.All(parameters["features.0.bias"].Concat(parameters["features.1.bias"]).Concat(parameters["classifier.0.bias"]), value => Assert.Equal(0, value));
        Assert.All(parameters["features.1.weight"], value => Assert.Equal(1, value));

        static double Deviation(double[] values) => Math.Sqrt(values.Average(value => value * value));
    }

    [Fact]
    public void Comes_back_from_a_file_that_says_what_it_is()
    {
        using var folder = new TemporaryFolder();
        using var images = Tensor<float>.RandomNormal([2, 2, 8, 8], new RandomStream(1, "images"), context: Context);
        using var saved = VggModel.Create<float>(Small, SmallOptions, seed: 1, Context);
        using (var tape = new Tape<float>(Mode.Training)) saved.Forward(tape.Input(images));
        saved.Save(folder["model.safetensors"]);
        using var loaded = VggModel.Load<float>(folder["model.safetensors"], Context);
        Assert.Equal(Small.ToString(), loaded.Plan.Config.ToString());
        Assert.Equal(SmallOptions, loaded.Plan.Options);
        Assert.Equal(1, loaded.NamedCounters().First().Counter.Value);
        Assert.Equal(WeightsHash.Compute(saved), WeightsHash.Compute(loaded));
        using var evaluation = new Tape<float>(Mode.Evaluation);
        Assert.Equal(saved.Forward(evaluation.Input(images)).Value.ToArray(), loaded.Forward(evaluation.Input(images)).Value.ToArray());
    }

    [Theory]
    [InlineData(null, "there is no convolution")]
    [InlineData("null", "damaged")]
    [InlineData("{}", "damaged")]
    [InlineData("""{"config":"64,X"}""", "damaged: Configuration: token 2")]
    [InlineData("""{"config":"64,M","classes":-1}""", "damaged")]
    [InlineData("""{"config":"64,M","hidden":null}""", "damaged")]
    [InlineData("""{"config":"64,M","classes":2000000000,"hidden":[]}""", " parameters, found only ")]
    [InlineData("""{"config":"64,M","hidden":[2000000000,2000000000,2000000000,2000000000]}""", " parameters, found only ")]
    [InlineData("""{"config":"64,M\u0007"}""", "damaged: Configuration: token 2 (\"M?\"")]
    [InlineData("""{"config":"65536,M","poolSize":2000000000}""", "damaged")]
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
}

namespace DeepSharp.Vgg.Tests.Models;

public class ModelSummaryTests
{
    [Theory]
    [InlineData("E", true, true, 39.29)]
    [InlineData("D", true, false, 30.94)]
    public void Counts_multiply_adds_like_torchinfo(string config, bool batchNorm, bool convolutionBias, double billions)
    {
        var options = new VggOptions { BatchNorm = batchNorm, ConvolutionBias = convolutionBias };
        using var model = VggModel.Create<float>(Configurations.Named(config), options);
        Assert.Equal(billions, Math.Round(ModelSummary.Of(model, [2, 3, 224, 224]).MultiplyAdds / 1e9, 2));
    }

    [Fact]
    public void Counts_megabytes_like_torchinfo()
    {
        var summary = ModelSummary.Of(VggModel.Create<float>(VggConfig.E, new VggOptions { BatchNorm = true }), [2, 3, 224, 224]);
        long[] bytes = [summary.InputBytes, summary.ForwardBackwardBytes, summary.ParameterBytes, summary.TotalBytes];
        Assert.Equal([1.20, 475.41, 574.71, 1051.33], bytes.Select(count => Math.Round(count / 1e6, 2)));
    }

    [Fact]
    public void Numbers_the_layers_like_torchinfo()
    {
        var tree = ModelSummary.Of(VggModel.Create<float>(VggConfig.A, new VggOptions { BatchNorm = true }), [2, 3, 224, 224]).Tree;
        Assert.Equal("VGG", tree[0].ToString());
        Assert.Equal("Sequential (features): 1-1", tree[1].ToString());
        Assert.Equal("Conv2d (0): 2-1", tree[2].ToString());
        Assert.Equal("BatchNorm2d (1): 2-2", tree[3].ToString());
        Assert.Equal(["2-29", "1-2", "1-3", "2-30"], tree.SkipWhile(node => node.Key != "features.28").Take(4).Select(node => node.Number));
        Assert.Equal(
            ["AdaptiveAvgPool2d (avgpool): 1-2", "Sequential (classifier): 1-3", "Linear (0): 2-30"],
            tree.Skip(31).Take(3).Select(node => node.ToString()));
        Assert.Equal([2, 512, 7, 7], tree[1].OutputShape);
        Assert.Equal([2, 1000], tree[0].OutputShape);
        Assert.Equal("Linear (6): 2-36", tree[^1].ToString());
    }

    [Fact]
    public void Names_the_algorithms_that_the_context_chooses()
    {
        using var forced = new ComputeContext(new ComputeOptions { ConvolutionAlgorithm = "direct", Workers = 1 });
        foreach (var context in (ComputeContext[])[TestContexts.Default, forced])
        {
            using var model = VggModel.Create<float>(VggConfig.C, new VggOptions { Head = VggHead.Compact }, context: context);
            var (summary, input) = (ModelSummary.Of(model, [8, 3, 32, 32]), new Shape(8, 3, 32, 32));
            Assert.Equal(
                model.NamedModules().Count(named => named.Module is Conv2d<float>),
                summary.Layers.Count(layer => layer.Algorithms is not null));
            foreach (var layer in summary.Layers)
            {
                var module = model.NamedModules().FirstOrDefault(named => named.Name == layer.Key).Module;
                Assert.Equal(module is Conv2d<float>, layer.Algorithms is not null);
                if (module is Conv2d<float> convolution)
                {
                    var shape = convolution.Convolution(input);
                    var (width, name) = (context.VectorWidth, context.ConvolutionAlgorithm);
                    Assert.Equal(
                        ConvolutionAlgorithms.Choose<float>(shape, ConvolutionPass.Forward, width, name).Name,
                        layer.Algorithms!.Forward);
                    Assert.Equal(
                        ConvolutionAlgorithms.Choose<float>(shape, ConvolutionPass.WeightGradient, width, name).Name,
                        layer.Algorithms.WeightGradient);
                }

                input = layer.OutputShape;
            }

            if (context == forced)
                Assert.All(summary.Layers, layer => Assert.Equal(layer.Kind == "Conv2d" ? "direct" : null, layer.Algorithms?.ToString()));
        }
    }

    [Fact]
    public void Does_not_count_frozen_parameters_as_trainable()
    {
        var options = new VggOptions { BatchNorm = true, Classes = 3, Head = VggHead.Compact };
        using var model = VggModel.Create<float>(VggConfig.Parse("4,M"), options, context: TestContexts.Default);
        model.Features.Freeze();
        var summary = ModelSummary.Of(model, [1, 3, 8, 8]);
        Assert.Equal((4 * 3) + 3, summary.TrainableCount);
        Assert.Equal((4 * 27) + 4 + 8 + 15, summary.ParameterCount);
    }

    [Fact]
    public void Reports_the_output_shapes_for_an_image_that_is_not_square()
    {
        using var model = VggModel.Create<float>(VggConfig.C, new VggOptions { BatchNorm = true, Classes = 10 });
        var summary = ModelSummary.Of(model, [2, 3, 64, 96]);
        Assert.Equal([2, 64, 64, 96], summary.Layers[0].OutputShape);
        Assert.Equal([2, 512, 2, 3], summary.Layers.Last(layer => layer.Kind == "MaxPool2d").OutputShape);
        Assert.Equal([2, 512, 7, 7], summary.Layers.Single(layer => layer.Key == "avgpool").OutputShape);
        Assert.Equal([2, 25088], summary.Layers.Single(layer => layer.Key == "flatten").OutputShape);
        Assert.Equal([2, 10], summary.Layers[^1].OutputShape);
        Assert.Equal(1, summary.Layers.Sum(layer => layer.ParameterShare), 1e-12);
        Assert.Equal(model.ParameterCount, summary.ParameterCount);
    }

    [Fact]
    public void Padding_of_a_1x1_kernel_enlarges_the_map()
    {
        var summary = ModelSummary.Of(VggModel.Create<float>(VggConfig.Parse("8:1p1,4:1"), new VggOptions()), [1, 3, 32, 32]);
        Assert.Equal([1, 8, 34, 34], summary.Layers[0].OutputShape);
        Assert.Equal([1, 4, 34, 34], summary.Layers[2].OutputShape);
    }

    // VGG-16: 212 pixels after the last pooling. The linear layer reads 7×7 outputs, 32 pixels apart: 212 + 6 · 32 = 404.
    [Theory]
    [InlineData("features.0", 3)]
    [InlineData("features.2", 5)]
    [InlineData("features.4", 6)]
    [InlineData("features.30", 212)]
    [InlineData("classifier.0", 404)]
    [InlineData("classifier.6", 404)]
    public void Reports_the_receptive_field_of_each_layer(string key, int pixels)
    {
        var summary = ModelSummary.Of(VggModel.Create<float>(VggConfig.D, new VggOptions()), [1, 3, 224, 224]);
        Assert.Equal(pixels, summary.Layers.Single(layer => layer.Key == key).ReceptiveField);
    }

    [Theory]
    [InlineData(7, 32, 212)]
    [InlineData(1, 224, 404)]
    public void The_receptive_field_grows_when_the_adaptive_pooling_averages_but_not_when_it_repeats(int poolSize, int side, int pixels)
    {
        using var model = VggModel.Create<float>(VggConfig.D, new VggOptions { Head = new VggHead { PoolSize = poolSize } });
        Assert.Equal(pixels, ModelSummary.Of(model, [1, 3, side, side]).Layers[^1].ReceptiveField);
    }

    [Fact]
    public void Names_the_layer_that_does_not_fit_the_input()
    {
        using var model = VggModel.Create<float>(VggConfig.A, new VggOptions());
        Assert.Contains(
            "features.20", Assert.Throws<ShapeException>(() => ModelSummary.Of(model, [1, 3, 31, 64])).Message, StringComparison.Ordinal);
    }
}

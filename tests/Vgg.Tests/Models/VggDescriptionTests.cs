namespace DeepSharp.Vgg.Tests.Models;

public class VggDescriptionTests
{
    [Theory]
    [InlineData("A", false, true, 132_863_336)]
    [InlineData("A-LRN", false, true, 132_863_336)]
    [InlineData("B", false, true, 133_047_848)]
    [InlineData("C", false, true, 133_638_952)]
    [InlineData("C-padded", false, true, 133_638_952)]
    [InlineData("D", false, true, 138_357_544)]
    [InlineData("E", false, true, 143_667_240)]
    [InlineData("A", true, true, 132_868_840)]
    [InlineData("B", true, true, 133_053_736)]
    [InlineData("C", true, true, 133_647_400)]
    [InlineData("D", true, true, 138_365_992)]
    [InlineData("E", true, true, 143_678_248)]
    [InlineData("D", true, false, 138_361_768)]
    public void Has_the_published_number_of_parameters(string config, bool batchNorm, bool convolutionBias, long parameters)
    {
        var options = new VggOptions { BatchNorm = batchNorm, ConvolutionBias = convolutionBias };
        var description = new VggDescription(Configurations.Named(config), options);
        Assert.Equal(parameters, description.ParameterCount);
        using var model = description.CreateModel<float>();
        Assert.Equal(parameters, model.ParameterCount);
    }

    [Fact]
    public void Numbers_its_layers_like_torchvision()
    {
        using var model = VggModel.Create<float>(VggConfig.A, new VggOptions { BatchNorm = true });
        string[] weights = [.. model.Layers([1, 3, 32, 32]).Where(call => call.Layer.ParameterCount > 0).Select(call => call.Key)];
        Assert.Equal(
            [
                "features.0", "features.1", "features.4", "features.5", "features.8", "features.9", "features.11", "features.12",
                "features.15", "features.16", "features.18", "features.19", "features.22", "features.23", "features.25", "features.26",
                "classifier.0", "classifier.3", "classifier.6",
            ],
            weights);
    }

    [Fact]
    public void Names_the_pooling_that_does_not_fit_the_image()
    {
        var error = Assert.Throws<ShapeException>(() => VggModel.Create<float>(VggConfig.A, new VggOptions { InputSize = 16 }));
        Assert.Equal(
            "features.20 (MaxPool2d): a window of 2×2 does not fit into 1×1 pixels; use a larger image or fewer pooling layers.",
            error.Message);
    }

    [Theory]
    [InlineData(0, 3, 32, "number of classes must be at least 1, found 0")]
    [InlineData(10, -1, 32, "number of input channels must be at least 1, found -1")]
    [InlineData(10, 3, 0, "pixels of the input size must be at least 1, found 0")]
    public void Refuses_options_out_of_range(int classes, int channels, int size, string reason)
    {
        var options = new VggOptions { Classes = classes, InputChannels = channels, InputSize = size };
        var error = Assert.Throws<ArgumentException>(() => VggModel.Create<float>(VggConfig.A, options));
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Refuses_a_normalization_window_of_0()
    {
        var options = new VggOptions { Lrn = LrnConstants.PyTorch(0) };
        var error = Assert.Throws<ArgumentException>(() => VggModel.Create<float>(VggConfig.ALrn, options));
        Assert.Contains("window", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Refuses_images_with_another_number_of_channels()
    {
        using var model = VggModel.Create<float>(VggConfig.A, new VggOptions());
        var error = Assert.Throws<ShapeException>(() => model.OutputShape([1, 4, 32, 32]));
        Assert.Equal("features.0 (Conv2d): expected images [N, 3, H, W], found [1, 4, 32, 32].", error.Message);
        Assert.Throws<ShapeException>(() => model.OutputShape([1, 3]));
    }
}

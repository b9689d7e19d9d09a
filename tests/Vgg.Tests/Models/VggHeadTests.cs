namespace DeepSharp.Vgg.Tests.Models;

public class VggHeadTests
{
    // For cifar: 512·4096 + 4096 + 4096·4096 + 4096 + 4096·10 + 10. D's features with batch normalization have 14,723,136 parameters.
    [Theory]
    [InlineData("compact", 5_130)]
    [InlineData("small", 530_442)]
    [InlineData("cifar", 18_923_530)]
    [InlineData("imagenet", 119_586_826)]
    [InlineData("64", 33_482)]
    [InlineData("4096,4096", 18_923_530)]
    public void Has_the_expected_number_of_parameters(string head, long parameters)
    {
        var options = new VggOptions { BatchNorm = true, Classes = 10, Head = VggHead.Parse(head) };
        using var model = VggModel.Create<float>(VggConfig.D, options);
        Assert.Equal(14_723_136 + parameters, model.ParameterCount);
        Assert.Equal(14_723_136 + parameters, model.Description.ParameterCount);
    }

    [Theory]
    [InlineData("imagenet", "Linear ReLU Dropout Linear ReLU Dropout Linear")]
    [InlineData("cifar", "Dropout Linear ReLU Dropout Linear ReLU Linear")]
    [InlineData("small", "Dropout Linear ReLU Dropout Linear ReLU Linear")]
    [InlineData("compact", "Linear")]
    [InlineData("64", "Linear ReLU Dropout Linear")]
    public void Has_its_layers_in_the_usual_order(string head, string kinds) =>
        Assert.Equal(kinds, string.Join(' ', Create(VggHead.Parse(head)).Classifier.Select(layer => layer.Kind)));

    [Fact]
    public void A_larger_pool_size_widens_the_first_layer()
    {
        var model = Create(VggHead.Parse("64") with { PoolSize = 8 });
        Assert.Equal([64, 512 * 8 * 8], ((Linear<float>)model.Classifier[0]).Weight.Shape.ToArray());
    }

    [Fact]
    public void A_dropout_rate_of_0_leaves_out_the_dropout_layers()
    {
        var model = Create(VggHead.Cifar with { Dropout = 0 });
        Assert.Equal("Linear ReLU Linear ReLU Linear", string.Join(' ', model.Classifier.Select(layer => layer.Kind)));
    }

    [Fact]
    public void Heads_are_found_by_name()
    {
        Assert.Equal([VggHead.ImageNet, VggHead.Cifar, VggHead.Small, VggHead.Compact], VggHead.Names.Select(VggHead.Named));
        Assert.Contains("\"wide\"", Assert.Throws<ArgumentException>(() => VggHead.Named("wide")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("wide")]
    [InlineData("")]
    [InlineData("64,")]
    [InlineData("0")]
    [InlineData("-1,5")]
    [InlineData("99999999999")]
    public void Lists_the_possible_heads_in_the_error(string text)
    {
        var error = Assert.Throws<ArgumentException>(() => VggHead.Parse(text));
        Assert.Equal(
            $"There is no head \"{text}\"; expected imagenet, cifar, small, compact, or the widths of the hidden layers as in 4096,4096. "
                + "(Parameter 'text')",
            error.Message);
    }

    [Theory]
    [InlineData(1.0)]
    [InlineData(-0.1)]
    [InlineData(double.NaN)]
    public void Refuses_a_dropout_rate_out_of_range(double rate)
    {
        var error = Assert.Throws<ArgumentException>(() => Create(VggHead.Small with { Dropout = rate }));
        Assert.Contains("dropout", error.Message, StringComparison.Ordinal);
    }

    private static VggModel<float> Create(VggHead head) => VggModel.Create<float>(VggConfig.D, new VggOptions { Head = head });
}

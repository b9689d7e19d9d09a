namespace DeepSharp.Vgg.Tests.Models;

public class VggConfigTests
{
    [Fact]
    public void Reads_every_kind_of_token()
    {
        var config = VggConfig.Parse(" 64, LRN,m,256:1,512:1p1,8:5,16:5p0,3:3p1");
        Assert.Equal(
            [
                VggStep.Convolution(64, 3, 1), VggStep.LocalResponseNorm, VggStep.MaxPool,
                VggStep.Convolution(256, 1, 0), VggStep.Convolution(512, 1, 1), VggStep.Convolution(8, 5, 2),
                VggStep.Convolution(16, 5, 0), VggStep.Convolution(3, 3, 1),
            ],
            config.Steps);
        Assert.Equal("64,LRN,M,256:1,512:1p1,8:5,16:5p0,3", config.ToString());
        Assert.Equal(config.Steps, VggConfig.Parse(config.ToString()).Steps);
    }

    [Theory]
    [InlineData("64,6x4,M", "token 2 (\"6x4\", at character 4)")]
    [InlineData("64,,M", "token 2 (\"\", at character 4)")]
    [InlineData("", "token 1 (\"\", at character 1)")]
    [InlineData("64,M,", "token 3 (\"\", at character 6)")]
    [InlineData("0,M", "token 1 (\"0\"")]
    [InlineData("-64", "token 1 (\"-64\"")]
    [InlineData("64,M2", "token 2 (\"M2\"")]
    [InlineData("64:0", "token 1 (\"64:0\"")]
    [InlineData("64:1p", "token 1 (\"64:1p\"")]
    [InlineData("64:1p1p1", "token 1 (\"64:1p1p1\"")]
    [InlineData("64:1:1", "token 1 (\"64:1:1\"")]
    [InlineData("64;M", "token 1 (\"64;M\"")]
    [InlineData("99999999999", "token 1 (\"99999999999\"")]
    [InlineData("M,M", "has no convolution")]
    public void Error_names_the_token_its_position_and_what_was_expected(string text, string reason)
    {
        var error = Assert.Throws<ArgumentException>(() => VggConfig.Parse(text));
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        Assert.Contains("expected", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Theory]
    [InlineData("A", 8)]
    [InlineData("B", 10)]
    [InlineData("C", 13)]
    [InlineData("D", 13)]
    [InlineData("E", 16)]
    public void Has_as_many_convolutions_as_in_the_paper_and_five_poolings(string name, int convolutions)
    {
        var config = Configurations.Named(name);
        Assert.Equal(convolutions, config.Steps.Count(step => step.Kind == VggStepKind.Convolution));
        Assert.Equal(5, config.Steps.Count(step => step.Kind == VggStepKind.MaxPool));
    }
}

internal static class Configurations
{
    public static VggConfig Named(string name) => name switch
    {
        "A" => VggConfig.A,
        "A-LRN" => VggConfig.ALrn,
        "B" => VggConfig.B,
        "C" => VggConfig.C,
        "C-padded" => VggConfig.CPadded,
        "D" => VggConfig.D,
        _ => VggConfig.E,
    };
}

namespace DeepSharp.Nn.Tests.Modules;

public class LrnConstantsTests
{
    [Fact]
    public void Parses_names_and_numbers()
    {
        Assert.Equal(LrnConstants.Paper, LrnConstants.Parse("paper"));
        Assert.Equal(
            new LrnConstants { Size = 2, Alpha = 1e-4, Beta = 0.75, K = 1, DivideAlphaBySize = true }, LrnConstants.Parse("pytorch"));
        Assert.Equal(
            new LrnConstants { Size = 3, Alpha = 0.5, Beta = 0.6, K = 2.5, DivideAlphaBySize = true }, LrnConstants.Parse("3,0.5,0.6,2.5"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("caffe")]
    [InlineData("5,1e-4,0.75")]
    [InlineData("0,1e-4,0.75,2")]
    [InlineData("2.5,1e-4,0.75,2")]
    [InlineData("5,NaN,0.75,2")]
    [InlineData("5,1e-4,0.75,x")]
    public void Errors_list_the_expected_forms(string text) =>
        Assert.Contains(
            "expected paper, pytorch, or size, alpha, beta and k",
            Assert.Throws<ArgumentException>(() => LrnConstants.Parse(text)).Message,
            StringComparison.Ordinal);

    [Fact]
    public void The_constants_of_the_paper_may_be_given_as_numbers()
    {
        using var x = Tensor<double>.RandomNormal([2, 7, 3, 2], new RandomStream(1, "x"), context: TestContexts.Default);
        using var tape = new Tape<double>(Mode.Evaluation);
        double[] Normalize(string constants) =>
            new LocalResponseNorm<double>(LrnConstants.Parse(constants)).Forward(tape.Input(x)).Value.ToArray();
        Assert.Equal(Normalize("paper"), Normalize("5,5e-4,0.75,2"));
        Assert.NotEqual(Normalize("paper"), Normalize("5,1e-4,0.75,2"));
    }
}

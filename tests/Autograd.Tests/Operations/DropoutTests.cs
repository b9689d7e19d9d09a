using DeepSharp.Tensors;
using FsCheck.Fluent;

namespace DeepSharp.Autograd.Tests.Operations;

public class DropoutTests
{
    private static readonly RandomStream Stream = new(1, "dropout");

    [Fact]
    public void Gradient_equals_central_differences()
    {
        var cases = from shape in Shapes.Any
                    from rate in Gen.Elements(0, 0.2, 0.5, 1)
                    from step in Gen.Choose(0, 1000)
                    select (shape, rate, step);
        GradientCheckProperty.Holds(
            cases, (sample, values) => [values.Normal(sample.shape)], (sample, x) => x[0].Dropout(sample.rate, Stream.At(0, sample.step)));
    }

    [Fact]
    public void Returns_the_same_variable_in_evaluation_and_at_rate_zero()
    {
        using var evaluation = new Tape<float>(Mode.Evaluation);
        using var training = new Tape<float>(Mode.Training);
        using var ones = Tensor<float>.Ones([3], TestContexts.Default);
        var (used, trained) = (evaluation.Input(ones), training.Input(ones));
        Assert.Same(used, used.Dropout(0.5, Stream));
        Assert.Same(trained, trained.Dropout(0, Stream));
        Assert.NotSame(trained, trained.Dropout(0.5, Stream));
    }

    [Theory]
    [InlineData(-0.1)]
    [InlineData(1.1)]
    [InlineData(double.NaN)]
    public void A_rate_outside_0_to_1_is_an_error(double rate)
    {
        using var tape = new Tape<float>(Mode.Training);
        var x = tape.Input(Tensor<float>.Ones([3], TestContexts.Default));
        Assert.Contains(
            "rate must be between 0 and 1",
            Assert.Throws<ArgumentOutOfRangeException>(() => x.Dropout(rate, Stream)).Message,
            StringComparison.Ordinal);
    }
}

using DeepSharp.Autograd;
using DeepSharp.Nn;

namespace DeepSharp.Testing.Tests;

/// <summary>The examples of docs/checking-gradients.md.</summary>
public class CheckingGradientsTests
{
    [Fact]
    public void A_function()
    {
        GradientCheckProperty.Holds(x => x * x.Sigmoid());
        GradientCheckProperty.Holds(x => x.Relu(), (values, shape) => values.AwayFromZero(shape));
        GradientCheckProperty.Holds(
            Shapes.Broadcastable,
            (shapes, values) => [values.Normal(shapes.Left), values.Positive(shapes.Right)],
            (_, inputs) => inputs[0] / inputs[1],
            Shapes.Shrink);
    }

    [Fact]
    public void A_module() =>
        ModuleCheck.Run(
            () => new Sequential<double>(
                new Conv2d<double>(3, 4, kernelSize: 3, new RandomStream(1, "convolution"), padding: 1),
                new BatchNorm2d<double>(4),
                new Dropout<double>(0.5, new RandomStream(1, "dropout"))),
            new TestValues(1).Normal([2, 3, 5, 4]));

    [Fact]
    public void One_point()
    {
        var result = GradientCheck.Run((tape, inputs) => inputs[0].MatMul(inputs[1]), [new TestValues(1).Normal([2, 3]), new TestValues(2).Normal([3, 4])]);
        result.Require();
        Assert.Equal(18, result.CheckedElements);
    }

    [Fact]
    public void The_page_shows_this_code() => DocumentedCode.AssertShown("checking-gradients.md", "CheckingGradientsTests.cs", blocks: 5, maxLines: 8);
}

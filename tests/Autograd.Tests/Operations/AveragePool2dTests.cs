using FsCheck;
using FsCheck.Fluent;

namespace DeepSharp.Autograd.Tests.Operations;

public class AveragePool2dTests
{
    [Fact]
    public void Gradient_equals_central_differences() => GradientCheckProperty.Holds(
        from pooling in PoolingCases.Windows
        from countPadding in Gen.Elements(true, false)
        select (pooling.Input, pooling.Window, countPadding),
        (pooling, values) => [values.Normal(pooling.Input)],
        (pooling, x) => x[0].AveragePool2d(pooling.Window, pooling.countPadding));

    [Fact]
    public void Gradients_of_two_poolings_of_one_input_add_up() => GradientCheckProperty.Holds(
        PoolingCases.Windows,
        (pooling, values) => [values.Distinct(pooling.Input)],
        (pooling, x) => x[0].AveragePool2d(pooling.Window) + x[0].MaxPool2d(pooling.Window));

    [Fact]
    public void Padding_is_included_in_the_average_by_default()
    {
        using var tape = new Tape<float>(Mode.Evaluation);
        var x = tape.Input(Tensor<float>.FromArray([1, 2, 3, 4], [1, 1, 2, 2], TestContexts.Default));
        Assert.Equal([0.25f, 0.5f, 0.75f, 1], x.AveragePool2d(2, padding: 1).Value.ToArray());
        Assert.Equal([1, 2, 3, 4], x.AveragePool2d(2, padding: 1, countPadding: false).Value.ToArray());
    }
}

using DeepSharp.Tensors;
using FsCheck.Fluent;

namespace DeepSharp.Autograd.Tests.Operations;

public class LinearTests
{
    [Fact]
    public void Gradient_equals_central_differences()
    {
        var cases = from rows in Shapes.Length
                    from inputs in Shapes.Length
                    from outputs in Shapes.Length
                    from bias in Gen.Elements(true, false)
                    select (rows, inputs, outputs, bias);
        GradientCheckProperty.Holds(
            cases,
            (sample, values) => sample.bias
                ? [values.Normal([sample.rows, sample.inputs]), values.Normal([sample.outputs, sample.inputs]),
                    values.Normal([sample.outputs])]
                : [values.Normal([sample.rows, sample.inputs]), values.Normal([sample.outputs, sample.inputs])],
            (_, x) => x[0].Linear(x[1], x.Length == 3 ? x[2] : null));
    }

    [Fact]
    public void Maps_of_one_pixel_get_the_gradients_of_rows()
    {
        var values = new TestValues(1);
        Tensor<double> maps = values.Normal([4, 7, 1, 1]), weight = values.Normal([3, 7]), bias = values.Normal([3]);
        using var rows = Tensor<double>.FromArray(maps.ToArray(), [4, 7], maps.Context);
        var (mapGradients, rowGradients) = (Gradients(maps), Gradients(rows));
        Assert.Equal([new Shape(4, 7, 1, 1), new Shape(3, 7), new Shape(3)], mapGradients.Select(gradient => gradient.Shape));
        Assert.Equal(rowGradients.Select(gradient => gradient.Values), mapGradients.Select(gradient => gradient.Values));

        (Shape Shape, double[] Values)[] Gradients(Tensor<double> x)
        {
            using var tape = new Tape<double>(Mode.Training);
            Variable<double>[] inputs = [.. new[] { x, weight, bias }.Select(tensor => tape.Input(tensor, requiresGradient: true))];
            tape.Backward(inputs[0].Linear(inputs[1], inputs[2]), new TestValues(2).Normal([4, 3]));
            return [.. inputs.Select(input => (input.Gradient!.Shape, input.Gradient.ToArray()))];
        }
    }

    [Fact]
    public void Value_is_the_product_plus_the_bias()
    {
        using var tape = new Tape<float>(Mode.Evaluation);
        var x = tape.Input(Tensor<float>.FromArray([1, 2, 3, 4], [2, 2], TestContexts.Default));
        var weight = tape.Input(Tensor<float>.FromArray([1, 0, 0, 1, 1, 1], [3, 2], TestContexts.Default));
        var bias = tape.Input(Tensor<float>.FromArray([10, 20, 30], [3], TestContexts.Default));
        Assert.Equal([11, 22, 33, 13, 24, 37], x.Linear(weight, bias).Value.ToArray());
        Assert.Equal([1, 2, 3, 3, 4, 7], x.Linear(weight).Value.ToArray());
    }

    [Fact]
    public void Images_of_one_pixel_are_treated_as_rows()
    {
        using var values = Tensor<double>.RandomNormal([5, 7], new RandomStream(1, "x"), context: TestContexts.Default);
        using var pixels = Tensor<double>.FromArray(values.ToArray(), [5, 7, 1, 1], TestContexts.Default);
        using Parameter<double> rows = new(values.Clone()), images = new(pixels.Clone());
        using Parameter<double> weight = new(Tensor<double>.RandomNormal([3, 7], new RandomStream(1, "w"), context: TestContexts.Default));
        using var upstream = Tensor<double>.RandomNormal([5, 3], new RandomStream(1, "dy"), context: TestContexts.Default);
        using Tape<double> one = new(Mode.Training), other = new(Mode.Training);
        Variable<double> expected = one.Use(rows).Linear(one.Use(weight)), y = other.Use(images).Linear(other.Use(weight));
        Assert.Equal([5, 3], y.Shape.ToArray());
        Assert.Equal(expected.Value.ToArray(), y.Value.ToArray());
        one.Backward(expected, upstream.Clone());
        double[] weightGradient = weight.Gradient!.ToArray();
        weight.ZeroGradient();
        other.Backward(y, upstream.Clone());
        Assert.Equal([5, 7, 1, 1], images.Gradient!.Shape.ToArray());
        Assert.Equal(rows.Gradient!.ToArray(), images.Gradient.ToArray());
        Assert.Equal(weightGradient, weight.Gradient!.ToArray());
        using var larger = new Parameter<double>(Tensor<double>.Zeros([5, 7, 1, 2], TestContexts.Default));
        Assert.Throws<ShapeException>(() => other.Use(larger).Linear(other.Use(weight)));
    }

    [Fact]
    public void Mismatched_shapes_are_an_error()
    {
        using var tape = new Tape<float>(Mode.Training);
        var x = tape.Input(Tensor<float>.Zeros([8, 512], TestContexts.Default));
        var weight = tape.Input(Tensor<float>.Zeros([10, 256], TestContexts.Default));
        Assert.Contains(
            "input [8, 512] and weight [10, 256]", Assert.Throws<ShapeException>(() => x.Linear(weight)).Message, StringComparison.Ordinal);
        var maps = tape.Input(Tensor<float>.Zeros([8, 256, 1, 2], TestContexts.Default));
        Assert.Contains(
            "input [8, 256, 1, 2] and weight [10, 256]",
            Assert.Throws<ShapeException>(() => maps.Linear(weight)).Message,
            StringComparison.Ordinal);
        var fitting = tape.Input(Tensor<float>.Zeros([10, 512], TestContexts.Default));
        var bias = tape.Input(Tensor<float>.Zeros([1, 10], TestContexts.Default));
        Assert.Contains(
            "bias [1, 10] does not fit weight [10, 512]",
            Assert.Throws<ShapeException>(() => x.Linear(fitting, bias)).Message,
            StringComparison.Ordinal);
    }
}

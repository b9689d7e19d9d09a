namespace DeepSharp.Autograd.Tests.Operations;

public class MinimumTests
{
    [Fact]
    public void Gradients_equal_central_differences_on_shapes_that_broadcast() => GradientCheckProperty.Holds(
        Shapes.Broadcastable,
        (shapes, values) => values.Distinct(shapes.Left, shapes.Right),
        (_, inputs) => inputs[0].Minimum(inputs[1]),
        Shapes.Shrink);

    [Fact]
    public void Gradient_of_a_shared_operand_equals_central_differences() =>
        GradientCheckProperty.Holds(x => x.Minimum(x) * x);

    [Fact]
    public void Gradient_with_a_number_equals_central_differences() =>
        GradientCheckProperty.Holds(x => x.Minimum(0), (values, shape) => values.AwayFromZero(shape));

    [Fact]
    public void Equal_operands_get_half_the_gradient_each()
    {
        using var tape = new Tape<double>(Mode.Training);
        var x = tape.Input(Tensor<double>.FromArray([1, 5, 3], [3], TestContexts.Default), requiresGradient: true);
        var y = tape.Input(Tensor<double>.FromArray([2, 4, 3], [3], TestContexts.Default), requiresGradient: true);
        tape.Backward(x.Minimum(y), Tensor<double>.FromArray([1, 2, 5], [3], TestContexts.Default));
        Assert.Equal([1, 0, 2.5], x.Gradient!.ToArray());
        Assert.Equal([0, 2, 2.5], y.Gradient!.ToArray());
    }
}

namespace DeepSharp.Autograd.Tests.Operations;

public class AbsTests
{
    [Fact]
    public void Gradient_equals_central_differences() => GradientCheckProperty.Holds(x => x.Abs(), (values, shape) => values.AwayFromZero(shape));

    [Fact]
    public void Gradient_at_the_kink_is_zero()
    {
        using var tape = new Tape<double>(Mode.Training);
        var x = tape.Input(Tensor<double>.FromArray([-1, 0, 2], [3], TestContexts.Default), requiresGradient: true);
        tape.Backward(x.Abs(), Tensor<double>.FromArray([5, 6, 7], [3], TestContexts.Default));
        Assert.Equal([-5, 0, 7], x.Gradient!.ToArray());
    }
}

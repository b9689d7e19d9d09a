namespace DeepSharp.Autograd.Tests.Operations;

public class PowerTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Gradient_of_whole_exponents_equals_central_differences(double exponent) => GradientCheckProperty.Holds(x => x.Power(exponent));

    [Theory]
    [InlineData(0.5)]
    [InlineData(2.5)]
    [InlineData(-1)]
    [InlineData(-1.5)]
    public void Gradient_of_other_exponents_equals_central_differences_above_zero(double exponent) =>
        GradientCheckProperty.Holds(x => x.Power(exponent), (values, shape) => values.Positive(shape));

    [Fact]
    public void Gradient_of_the_exponent_zero_is_zero_even_at_zero()
    {
        using var tape = new Tape<double>(Mode.Training);
        var x = tape.Input(Tensor<double>.FromArray([0, 2], [2], TestContexts.Default), requiresGradient: true);
        var y = x.Power(0).Keep();
        tape.Backward(y, Tensor<double>.Ones([2], TestContexts.Default));
        Assert.Equal([1, 1], y.Value.ToArray());
        Assert.Equal([0, 0], x.Gradient!.ToArray());
    }
}

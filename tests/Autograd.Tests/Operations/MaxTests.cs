using DeepSharp.Tensors;
using FsCheck.Fluent;

namespace DeepSharp.Autograd.Tests.Operations;

public class MaxTests
{
    [Fact]
    public void Gradient_equals_central_differences()
    {
        var cases = from sample in Shapes.WithAxes from keepDims in Gen.Elements(true, false) select (sample.Shape, sample.Axes, keepDims);
        GradientCheckProperty.Holds(
            cases, (sample, values) => [values.Distinct(sample.Shape)], (sample, x) => x[0].Max(sample.Axes, sample.keepDims));
    }

    [Fact]
    public void The_first_of_equal_maxima_gets_the_gradient()
    {
        using var tape = new Tape<double>(Mode.Training);
        var x = tape.Input(Tensor<double>.FromArray([1, 3, 3, 2, 2, 2], [2, 3], TestContexts.Default), requiresGradient: true);
        tape.Backward(x.Max([1]), Tensor<double>.FromArray([5, 6], [2], TestContexts.Default));
        Assert.Equal([0, 5, 0, 6, 0, 0], x.Gradient!.ToArray());
    }
}

namespace DeepSharp.Autograd.Tests.Operations;

/// <summary>Operators of a variable and a number, in both orders.</summary>
public class ScalarOperatorTests
{
    private const double Number = 4;

    // Name, operator, value and gradient for x.
    public static TheoryData<string, Func<Variable<double>, Variable<double>>, Func<double, double>, Func<double, double>> Operators
        => new()
    {
        { "x + y", x => x + Number, x => x + Number, _ => 1 },
        { "y + x", x => Number + x, x => Number + x, _ => 1 },
        { "x - y", x => x - Number, x => x - Number, _ => 1 },
        { "y - x", x => Number - x, x => Number - x, _ => -1 },
        { "x * y", x => x * Number, x => x * Number, _ => Number },
        { "y * x", x => Number * x, x => Number * x, _ => Number },
        { "x / y", x => x / Number, x => x / Number, _ => 1 / Number },
        { "y / x", x => Number / x, x => Number / x, x => -Number / (x * x) },
    };

    [Theory]
    [MemberData(nameof(Operators))]
    public void Computes_the_value_and_the_gradient(
        string name, Func<Variable<double>, Variable<double>> apply, Func<double, double> value, Func<double, double> gradient)
    {
        double[] elements = [3, -0.5, 1.25];
        using var tape = new Tape<double>(Mode.Training);
        var x = tape.Input(Tensor<double>.FromArray(elements, [3], TestContexts.Default), requiresGradient: true);
        var y = apply(x);
        double[] found = y.Value.ToArray();
        tape.Backward(y.Sum());
        Assert.True(elements.Select(value).SequenceEqual(found), name);
        // −4 / x² is rounded in another order than in the reference.
        foreach (var (expected, actual) in elements.Select(gradient).Zip(x.Gradient!.ToArray()))
            Assert.Equal(expected, actual, Tolerance.Sum<double>(1, Math.Abs(expected)));
    }
}

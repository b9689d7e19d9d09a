using DeepSharp.Tensors;
using DeepSharp.Testing;
using X = DeepSharp.Autograd.Variable<double>;

namespace DeepSharp.Autograd.Tests.Operations;

public class ElementwiseTests
{
    private static readonly Func<TestValues, Shape, Tensor<double>> AwayFromZero = (values, shape) => values.AwayFromZero(shape);
    private static readonly Func<TestValues, Shape, Tensor<double>> Positive = (values, shape) => values.Positive(shape);
    private static readonly Func<TestValues, Shape, Tensor<double>> FarFromZero = (values, shape) => values.Uniform(shape, -6, 6);

    // Each function, with an input generator if standard normal inputs would leave its domain, hit a kink or miss the tails.
    private static readonly Dictionary<string, (Func<X, X> Function, Func<TestValues, Shape, Tensor<double>>? Values)> OneOperand = new()
    {
        ["-x"] = (x => -x, null),
        ["Abs"] = (x => x.Abs(), AwayFromZero),
        ["Exp"] = (x => x.Exp(), null),
        ["Log"] = (x => x.Log(), Positive),
        ["Sqrt"] = (x => x.Sqrt(), Positive),
        ["Tanh"] = (x => x.Tanh(), null),
        ["Sigmoid"] = (x => x.Sigmoid(), null),
        ["Relu"] = (x => x.Relu(), AwayFromZero),
        ["LeakyRelu"] = (x => x.LeakyRelu(0.1), AwayFromZero),
        ["Gelu"] = (x => x.Gelu(), null),
        ["Gelu far from zero"] = (x => x.Gelu(), FarFromZero),
        ["Gelu by tanh"] = (x => x.Gelu(GeluApproximation.Tanh), null),
        ["Gelu by tanh far from zero"] = (x => x.Gelu(GeluApproximation.Tanh), FarFromZero),
        ["Power 1"] = (x => x.Power(1), null),
        ["Power 2"] = (x => x.Power(2), null),
        ["Power 3"] = (x => x.Power(3), null),
        ["Power 0.5"] = (x => x.Power(0.5), Positive),
        ["Power 2.5"] = (x => x.Power(2.5), Positive),
        ["Power -1"] = (x => x.Power(-1), Positive),
        ["Power -1.5"] = (x => x.Power(-1.5), Positive),
        ["x + x"] = (x => x + x, null),
        ["x - (x - x)"] = (x => x - (x - x), null),
        ["x * x"] = (x => x * x, null),
        ["x / (x + x * x)"] = (x => x / (x + x * x), Positive),
        ["Maximum of x and x"] = (x => x.Maximum(x) * x, null),
        ["Minimum of x and x"] = (x => x.Minimum(x) * x, null),
        ["+ with a scalar"] = (x => (2 + x) + (x + 3), null),
        ["- with a scalar"] = (x => (2 - x) - (x - 3), null),
        ["* with a scalar"] = (x => (2 * x) * (x * 3), null),
        ["/ with a scalar"] = (x => (2 / x) + (x / 3), Positive),
        ["Maximum with a scalar"] = (x => x.Maximum(0), AwayFromZero),
        ["Minimum with a scalar"] = (x => x.Minimum(0), AwayFromZero),
    };

    private static readonly Dictionary<
        string, (Func<X, X, X> Function, Func<TestValues, Shape, Shape, Tensor<double>[]> Values)> TwoOperands = new()
        {
            ["+"] = ((x, y) => x + y, Normal),
            ["-"] = ((x, y) => x - y, Normal),
            ["*"] = ((x, y) => x * y, Normal),
            ["/"] = ((x, y) => x / y, (values, left, right) => [values.Normal(left), values.Positive(right)]),
            ["Maximum"] = ((x, y) => x.Maximum(y), (values, left, right) => values.Distinct(left, right)),
            ["Minimum"] = ((x, y) => x.Minimum(y), (values, left, right) => values.Distinct(left, right)),
        };

    public static TheoryData<string> OneOperandCases => [.. OneOperand.Keys];

    public static TheoryData<string> TwoOperandCases => [.. TwoOperands.Keys];

    [Theory]
    [MemberData(nameof(OneOperandCases))]
    public void Gradient_equals_central_differences(string name) =>
        GradientCheckProperty.Holds(OneOperand[name].Function, OneOperand[name].Values);

    [Theory]
    [MemberData(nameof(TwoOperandCases))]
    public void Gradients_equal_central_differences_on_shapes_that_broadcast(string name) => GradientCheckProperty.Holds(
        Shapes.Broadcastable,
        (shapes, values) => TwoOperands[name].Values(values, shapes.Left, shapes.Right),
        (_, inputs) => TwoOperands[name].Function(inputs[0], inputs[1]),
        Shapes.Shrink);

    [Fact]
    public void Gradients_at_the_kink_equal_those_of_PyTorch()
    {
        Assert.Equal([-5, 0, 7], Gradient(x => x.Abs()));
        Assert.Equal([0, 0, 7], Gradient(x => x.Relu()));

        static double[] Gradient(Func<Variable<double>, Variable<double>> function)
        {
            using var tape = new Tape<double>(Mode.Training);
            var x = tape.Input(Tensor<double>.FromArray([-1, 0, 2], [3], TestContexts.Default), requiresGradient: true);
            tape.Backward(function(x), Tensor<double>.FromArray([5, 6, 7], [3], TestContexts.Default));
            return x.Gradient!.ToArray();
        }
    }

    [Fact]
    public void Equal_operands_get_half_the_gradient_each()
    {
        Assert.Equal(([0, 2, 2.5], [1, 0, 2.5]), Gradients((x, y) => x.Maximum(y)), Same);
        Assert.Equal(([1, 0, 2.5], [0, 2, 2.5]), Gradients((x, y) => x.Minimum(y)), Same);

        static bool Same((double[] X, double[] Y) a, (double[] X, double[] Y) b) => a.X.SequenceEqual(b.X) && a.Y.SequenceEqual(b.Y);

        static (double[], double[]) Gradients(Func<Variable<double>, Variable<double>, Variable<double>> function)
        {
            using var tape = new Tape<double>(Mode.Training);
            var x = tape.Input(Tensor<double>.FromArray([1, 5, 3], [3], TestContexts.Default), requiresGradient: true);
            var y = tape.Input(Tensor<double>.FromArray([2, 4, 3], [3], TestContexts.Default), requiresGradient: true);
            tape.Backward(function(x, y), Tensor<double>.FromArray([1, 2, 5], [3], TestContexts.Default));
            return (x.Gradient!.ToArray(), y.Gradient!.ToArray());
        }
    }

    [Fact]
    public void Power_with_exponent_zero_has_zero_gradient_even_at_x_zero()
    {
        using var tape = new Tape<double>(Mode.Training);
        var x = tape.Input(Tensor<double>.FromArray([0, 2], [2], TestContexts.Default), requiresGradient: true);
        var y = x.Power(0).Keep();
        tape.Backward(y, Tensor<double>.Ones([2], TestContexts.Default));
        Assert.Equal([1, 1], y.Value.ToArray());
        Assert.Equal([0, 0], x.Gradient!.ToArray());
    }

    private static Tensor<double>[] Normal(TestValues values, Shape left, Shape right) => [values.Normal(left), values.Normal(right)];
}

using System.Numerics;

namespace DeepSharp.Tensors.Tests.Elementwise;

public class UnaryTests
{
    private static readonly Dictionary<string, UnaryCase> Cases = new()
    {
        // The second argument is the allowed relative error in units of ε: 0 for functions that must be rounded correctly.
        ["Negate"] = new(x => -x, 0, -5, 5, UnaryFunction.Negate),
        ["Abs"] = new(Math.Abs, 0, -5, 5, UnaryFunction.Abs),
        ["Sqrt"] = new(Math.Sqrt, 0, 0, 5, UnaryFunction.Sqrt),
        ["Exp"] = new(Math.Exp, 4, -20, 20, UnaryFunction.Exp),
        ["Log"] = new(Math.Log, 4, 1e-3, 20, UnaryFunction.Log),
        ["Tanh"] = new(Math.Tanh, 4, -5, 5, UnaryFunction.Tanh),
        ["Tanh near 0"] = new(Math.Tanh, 4, -1e-4, 1e-4, UnaryFunction.Tanh),
        ["Sigmoid"] = new(x => 1 / (1 + Math.Exp(-x)), 4, -20, 20, UnaryFunction.Sigmoid),
        ["Square"] = new(x => x * x, 1, -5, 5, UnaryFunction.Power, 2),
        ["Cube"] = new(x => x * x * x, 4, -5, 5, UnaryFunction.Power, 3),
        ["Power 1.5"] = new(x => x * Math.Sqrt(x), 4, 0, 5, UnaryFunction.Power, 1.5),
        ["Relu"] = new(x => Math.Max(x, 0), 0, -5, 5, UnaryFunction.Relu),
        ["Leaky ReLU"] = new(x => x > 0 ? x : 0.25 * x, 0, -5, 5, UnaryFunction.LeakyRelu, 0.25),
    };

    public static TheoryData<string, VectorWidth> CasesAndWidths =>
        [.. from name in Cases.Keys from width in Enum.GetValues<VectorWidth>() select new TheoryDataRow<string, VectorWidth>(name, width)];

    [Theory]
    [MemberData(nameof(CasesAndWidths))]
    public void Equals_the_reference_at_every_width_and_length(string name, VectorWidth width)
    {
        var context = TestContexts.Of(width);
        for (int length = 1; length < 70; length++)
        {
            Equal<float>(Cases[name], length, context);
            Equal<double>(Cases[name], length, context);
        }

        Equal<float>(Cases[name], 70_001, context);
    }

    private static void Equal<T>(UnaryCase oneCase, int length, ComputeContext context)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        using var x = Tensor<T>.RandomUniform([length], new RandomStream(length, "x"), oneCase.Low, oneCase.High, context);
        using var y = context.Kernels.Unary(oneCase.Function, x, oneCase.Parameter);
        T[] source = x.ToArray(), actual = y.ToArray();
        for (int i = 0; i < length; i++)
        {
            double expected = double.CreateChecked(T.CreateChecked(oneCase.Reference(double.CreateChecked(source[i]))));
            double distance = Math.Abs(expected - double.CreateChecked(actual[i]));
            if (!(distance <= oneCase.Epsilons * Tolerance.Epsilon<T>() * Math.Abs(expected)))
                Assert.Fail($"f({source[i]}) = {expected}, found {actual[i]}.");
        }
    }

    [Fact]
    public void Values_at_the_edges_of_the_domain_follow_IEEE_754()
    {
        double infinity = double.PositiveInfinity;
        Assert.Equal([0, 1, infinity, double.NaN], Of(x => x.Exp(), -infinity, 0, infinity, double.NaN));
        Assert.Equal([double.NaN, -infinity, infinity, double.NaN], Of(x => x.Log(), -1, 0, infinity, double.NaN));
        Assert.Equal([double.NaN, 0, infinity, double.NaN], Of(x => x.Sqrt(), -1, 0, infinity, double.NaN));
        Assert.Equal([-1, 0, 1, double.NaN], Of(x => x.Tanh(), -infinity, 0, infinity, double.NaN));
        Assert.Equal([0, 0.5, 1, double.NaN], Of(x => x.Sigmoid(), -infinity, 0, infinity, double.NaN));
        Assert.Equal([double.NaN, 0, infinity, double.NaN], Of(x => x.Power(0.5), -1, 0, infinity, double.NaN));
        Assert.Equal([-0.5, 0, infinity, double.NaN], Of(x => x.LeakyRelu(0.5), -1, 0, infinity, double.NaN));
    }

    private static double[] Of(Func<Tensor<double>, Tensor<double>> function, params double[] elements)
    {
        using var x = Tensor<double>.FromArray(elements, [elements.Length], TestContexts.Default);
        using var y = function(x);
        return y.ToArray();
    }

    [Fact]
    public void Missing_or_mismatched_arguments_of_a_gradient_are_errors()
    {
        var kernels = TestContexts.Default.Kernels;
        using var x = Tensor<float>.Zeros([2], TestContexts.Default);
        using var dy = Tensor<float>.Zeros([3], TestContexts.Default);
        Assert.Throws<ArgumentNullException>("saved", () => kernels.UnaryBackward(UnaryFunction.Log, null, dy));
        Assert.Equal(
            "Log backward: the upstream gradient [3] must have the shape [2].",
            Assert.Throws<ShapeException>(() => kernels.UnaryBackward(UnaryFunction.Log, x, dy)).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => kernels.Unary((UnaryFunction)99, x));
    }

    private sealed record UnaryCase(
        Func<double, double> Reference, int Epsilons, double Low, double High, UnaryFunction Function, double Parameter = 0);
}

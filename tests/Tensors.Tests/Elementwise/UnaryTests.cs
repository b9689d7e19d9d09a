using System.Numerics;

namespace DeepSharp.Tensors.Tests.Elementwise;

public class UnaryTests
{
    private static readonly Dictionary<string, UnaryCase> Cases = new()
    {
        // One rounding: exact. Otherwise the function may be off by a few ε of its own value.
        ["Negate"] = new(x => -x, 0, -5, 5, k => k.Negate, k => k.Negate),
        ["Abs"] = new(Math.Abs, 0, -5, 5, k => k.Abs, k => k.Abs),
        ["Sqrt"] = new(Math.Sqrt, 0, 0, 5, k => k.Sqrt, k => k.Sqrt),
        ["Exp"] = new(Math.Exp, 4, -20, 20, k => k.Exp, k => k.Exp),
        ["Log"] = new(Math.Log, 4, 1e-3, 20, k => k.Log, k => k.Log),
        ["Tanh"] = new(Math.Tanh, 4, -5, 5, k => k.Tanh, k => k.Tanh),
        ["Tanh near 0"] = new(Math.Tanh, 4, -1e-4, 1e-4, k => k.Tanh, k => k.Tanh),
        ["Sigmoid"] = new(x => 1 / (1 + Math.Exp(-x)), 4, -20, 20, k => k.Sigmoid, k => k.Sigmoid),
        ["Square"] = new(x => x * x, 1, -5, 5, k => x => k.Power(x, 2), k => x => k.Power(x, 2)),
        ["Cube"] = new(x => x * x * x, 4, -5, 5, k => x => k.Power(x, 3), k => x => k.Power(x, 3)),
        ["Power 1.5"] = new(x => x * Math.Sqrt(x), 4, 0, 5, k => x => k.Power(x, 1.5), k => x => k.Power(x, 1.5)),
        ["Relu"] = new(x => Math.Max(x, 0), 0, -5, 5, k => k.Relu, k => k.Relu),
        ["Leaky ReLU"] = new(x => x > 0 ? x : 0.25 * x, 0, -5, 5, k => x => k.LeakyRelu(x, 0.25), k => x => k.LeakyRelu(x, 0.25)),
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
            Equal(Cases[name], Cases[name].Float(context.Kernels), length, context);
            Equal(Cases[name], Cases[name].Double(context.Kernels), length, context);
        }

        Equal(Cases[name], Cases[name].Float(context.Kernels), 70_001, context);
    }

    private static void Equal<T>(UnaryCase oneCase, Func<Tensor<T>, Tensor<T>> kernel, int length, ComputeContext context)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        using var x = Tensor<T>.RandomUniform([length], new RandomStream(length, "x"), oneCase.Low, oneCase.High, context);
        using var y = kernel(x);
        T[] source = x.ToArray(), actual = y.ToArray();
        for (int i = 0; i < length; i++)
        {
            double expected = double.CreateChecked(T.CreateChecked(oneCase.Reference(double.CreateChecked(source[i]))));
            double distance = Math.Abs(expected - double.CreateChecked(actual[i]));
            if (!(distance <= oneCase.Epsilons * Tolerance.Epsilon<T>() * Math.Abs(expected))) Assert.Fail($"f({source[i]}) = {expected}, found {actual[i]}.");
        }
    }

    [Fact]
    public void Edges_of_the_domain_are_those_of_IEEE()
    {
        double infinity = double.PositiveInfinity;
        Assert.Equal([0, 1, infinity, double.NaN], Of(k => k.Exp, -infinity, 0, infinity, double.NaN));
        Assert.Equal([double.NaN, -infinity, infinity, double.NaN], Of(k => k.Log, -1, 0, infinity, double.NaN));
        Assert.Equal([double.NaN, 0, infinity, double.NaN], Of(k => k.Sqrt, -1, 0, infinity, double.NaN));
        Assert.Equal([-1, 0, 1, double.NaN], Of(k => k.Tanh, -infinity, 0, infinity, double.NaN));
        Assert.Equal([0, 0.5, 1, double.NaN], Of(k => k.Sigmoid, -infinity, 0, infinity, double.NaN));
        Assert.Equal([double.NaN, 0, infinity, double.NaN], Of(k => x => k.Power(x, 0.5), -1, 0, infinity, double.NaN));
        Assert.Equal([-0.5, 0, infinity, double.NaN], Of(k => x => k.LeakyRelu(x, 0.5), -1, 0, infinity, double.NaN));
    }

    private static double[] Of(Func<Kernels, Func<Tensor<double>, Tensor<double>>> function, params double[] elements)
    {
        using var x = Tensor<double>.FromArray(elements, [elements.Length], TestContexts.Default);
        using var y = function(TestContexts.Default.Kernels)(x);
        return y.ToArray();
    }

    private sealed record UnaryCase(
        Func<double, double> Reference,
        int Epsilons,
        double Low,
        double High,
        Func<Kernels, Func<Tensor<float>, Tensor<float>>> Float,
        Func<Kernels, Func<Tensor<double>, Tensor<double>>> Double);
}

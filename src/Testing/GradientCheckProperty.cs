using DeepSharp.Autograd;
using DeepSharp.Tensors;
using FsCheck;
using FsCheck.Fluent;

namespace DeepSharp.Testing;

/// <summary>The property that the gradients of a differentiable function equal central differences on generated cases.</summary>
/// <remarks>
/// <code>
/// GradientCheckProperty.Holds(x =&gt; x * x.Sigmoid());
/// </code>
/// In some cases, some of several inputs require no gradient. The check itself is also tested: on the first five cases with a gradient
/// above 0.001, it must fail after all gradients are multiplied by 1.001. The cases are the same in every run, unless DEEPSHARP_TEST_SEED
/// is set; see <see cref="PropertyConfig"/>.
/// </remarks>
public static class GradientCheckProperty
{
    // Of larger tensors, only this number of elements is checked, because there are many cases.
    private const int ElementsPerTensor = 30;
    private const int WrongGradientsTried = 5;

    // Far above the absolute bound of the check, within which a tiny gradient would pass even when multiplied by 1.001.
    private const double LargeGradient = 1e-3;

    /// <summary>Checks a function of one tensor on 100 shapes of rank 1 to 4.</summary>
    /// <param name="function">The function.</param>
    /// <param name="values">Generates the point to check at, where the function must be smooth; null for standard normal values.</param>
    /// <exception cref="Exception">A gradient is wrong. The message shows the smallest failing case that was found.</exception>
    /// <exception cref="InvalidOperationException">No case had a gradient above 0.001, so the check proves nothing.</exception>
    public static void Holds(Func<Variable<double>, Variable<double>> function, Func<TestValues, Shape, Tensor<double>>? values = null)
    {
        ArgumentNullException.ThrowIfNull(function);
        Holds(
            Shapes.Any,
            (shape, draw) => [values is null ? draw.Normal(shape) : values(draw, shape)],
            (_, inputs) => function(inputs[0]),
            Shapes.Shrink);
    }

    /// <summary>Checks a function on generated cases.</summary>
    /// <param name="cases">Generates cases. A case holds, for example, shapes, strides and axes.</param>
    /// <param name="inputs">Generates the input tensors of a case, a point where the function must be smooth.</param>
    /// <param name="function">Computes the output of a case from its inputs.</param>
    /// <param name="shrink">Returns simpler cases, which are tried if a case fails; null for none.</param>
    /// <param name="count">The number of cases.</param>
    /// <exception cref="Exception">A gradient is wrong. The message shows the smallest failing case that was found.</exception>
    /// <exception cref="InvalidOperationException">No case had a gradient above 0.001, so the check proves nothing.</exception>
    public static void Holds<TCase>(
        Gen<TCase> cases,
        Func<TCase, TestValues, Tensor<double>[]> inputs,
        Func<TCase, Variable<double>[], Variable<double>> function,
        Func<TCase, IEnumerable<TCase>>? shrink = null,
        int count = 100)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(function);
        int wrongGradientsTried = 0;
        var seeded = from oneCase in cases from seed in Gen.Choose(1, int.MaxValue) select (Case: oneCase, Seed: seed);
        var arbitrary = Arb.From(seeded, pair => shrink is null ? [] : shrink(pair.Case).Select(smaller => (smaller, pair.Seed)));
        Prop.ForAll(arbitrary, pair =>
        {
            var (oneCase, seed) = pair;
            var tensors = inputs(oneCase, new TestValues(seed));
            Variable<double> Function(Tape<double> tape, Variable<double>[] free) =>
                function(oneCase, WithFrozen(tape, tensors, free, seed));
            var free = tensors.Where((_, i) => !IsFrozen(i, tensors.Length, seed)).ToArray();
            var result = GradientCheck.Run(Function, free, ElementsPerTensor, seed);
            result.Require();
            if (wrongGradientsTried < WrongGradientsTried && result.LargestGradient > LargeGradient)
            {
                wrongGradientsTried++;
                var wrong = GradientCheck.Run((tape, variables) => new WrongGradient().Apply(Function(tape, variables)), free, seed: seed);
                if (wrong.Passed) throw new InvalidOperationException("A gradient multiplied by 1.001 passed the check.");
            }

            foreach (var tensor in tensors) tensor.Dispose();
        }).Check(PropertyConfig.Of(count));
        if (wrongGradientsTried == 0)
            throw new InvalidOperationException($"No case had a gradient above {LargeGradient}, so the check proves nothing.");
    }

    // In one of three cases with several inputs, each input but one is frozen with probability 1/2. So at least one requires a gradient.
    private static bool IsFrozen(int input, int inputs, int seed) =>
        inputs > 1 && seed % 3 == 0 && input != seed / 3 % inputs && new RandomStream(seed, "frozen").Below(2, input) == 0;

    private static Variable<double>[] WithFrozen(Tape<double> tape, Tensor<double>[] tensors, Variable<double>[] free, int seed)
    {
        int next = 0;
        return [.. tensors.Select((tensor, i) => IsFrozen(i, tensors.Length, seed) ? tape.Input(tensor) : free[next++])];
    }
}

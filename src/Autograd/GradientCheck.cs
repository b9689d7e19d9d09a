using DeepSharp.Tensors;

namespace DeepSharp.Autograd;

/// <summary>Compares the gradients of backward with central differences, in double, using the same code that trains in float.</summary>
/// <remarks>
/// <para>
/// The function may have an output y of any shape. The upstream gradient u is random, because an upstream gradient of ones would hide many
/// errors. Backward computes g = ∂(Σ u·y)/∂x, which must equal (Σ u·y(x + h) − Σ u·y(x − h)) / 2h for every checked element x up to
/// 10⁻⁶·max|g| + 10⁻⁹, where the maximum is over all elements of the same tensor.
/// </para>
/// <para>
/// The function must be smooth within h = 6·10⁻⁶·max(1, |x|) of the given point: stay away from kinks (ReLU at 0) and ties (max pooling).
/// The function is called many times and must return the same output each time.
/// </para>
/// </remarks>
public static class GradientCheck
{
    /// <summary>The error allowed relative to the largest gradient of the same tensor.</summary>
    public const double RelativeBound = 1e-6;

    /// <summary>The error allowed in addition to the relative bound, for tensors whose gradients are all near 0.</summary>
    public const double AbsoluteBound = 1e-9;

    // The error of a central difference, h²·f‴/6 + ε·f/h, is smallest near h = ∛ε, where it is of the order ε^(2/3) = 4·10⁻¹¹.
    private static readonly double RelativeStep = Math.Cbrt(Math.BitIncrement(1.0) - 1.0);

    /// <summary>Checks the gradients with respect to the inputs of a function.</summary>
    /// <param name="function">Computes the output, given a tape and the inputs as variables of this tape.</param>
    /// <param name="inputs">The point to check at. The inputs are copied, not changed.</param>
    /// <param name="maxElements">The maximum number of elements to check in each tensor; of a larger tensor, a random sample.</param>
    /// <param name="seed">Seeds the upstream gradient and the choice of elements.</param>
    /// <param name="mode">The mode of the tapes.</param>
    /// <returns>The result; call <see cref="GradientCheckResult.Require"/> to throw if gradients differ.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The maximum number of elements is below 1.</exception>
    public static GradientCheckResult Run(
        Func<Tape<double>, Variable<double>[], Variable<double>> function,
        Tensor<double>[] inputs,
        int maxElements = int.MaxValue,
        long seed = 1,
        Mode mode = Mode.Training)
    {
        ArgumentNullException.ThrowIfNull(function);
        ArgumentNullException.ThrowIfNull(inputs);
        var copies = Array.ConvertAll(inputs, input => new Parameter<double>(input.Clone()));
        try
        {
            return Run(
                tape => function(tape, Array.ConvertAll(copies, tape.Use)),
                copies.Select((copy, i) => ($"input {i}", copy)),
                maxElements,
                seed,
                mode);
        }
        finally
        {
            foreach (var copy in copies) copy.Dispose();
        }
    }

    /// <summary>Checks the gradients with respect to parameters, for example those of a module.</summary>
    /// <param name="function">Computes the output on the given tape.</param>
    /// <param name="parameters">
    /// The parameters with the names that the report shows. Frozen parameters are skipped. The values of the others are changed during the
    /// check and then restored; their gradients are discarded.
    /// </param>
    /// <param name="maxElements">The maximum number of elements to check in each parameter; of a larger one, a random sample.</param>
    /// <param name="seed">Seeds the upstream gradient and the choice of elements.</param>
    /// <param name="mode">The mode of the tapes.</param>
    /// <returns>The result; call <see cref="GradientCheckResult.Require"/> to throw if gradients differ.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The maximum number of elements is below 1.</exception>
    public static GradientCheckResult Run(
        Func<Tape<double>, Variable<double>> function,
        IEnumerable<(string Name, Parameter<double> Parameter)> parameters,
        int maxElements = int.MaxValue,
        long seed = 1,
        Mode mode = Mode.Training)
    {
        ArgumentNullException.ThrowIfNull(function);
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxElements, 1);
        var all = parameters.Where(p => p.Parameter.RequiresGradient).ToArray();
        foreach (var (_, parameter) in all) parameter.ZeroGradient();
        double[] upstream = Backward(function, seed, mode);

        var elements = new RandomStream(seed, "gradient check: elements");
        var mismatches = new List<GradientMismatch>();
        int checkedElements = 0;
        double largestGradient = 0;
        foreach (var (name, parameter) in all)
        {
            // No gradient means that the output does not depend on the parameter.
            double[] analytic = parameter.Gradient?.ToArray() ?? new double[parameter.Shape.ElementCount];
            double max = analytic.Max(Math.Abs), bound = (RelativeBound * max) + AbsoluteBound;
            largestGradient = Math.Max(largestGradient, max);
            foreach (int element in Sample(analytic.Length, maxElements, elements))
            {
                double numeric = CentralDifference(function, parameter.Value, element, upstream, mode);
                checkedElements++;
                // Not "difference > bound": NaN must fail.
                if (!(Math.Abs(analytic[element] - numeric) <= bound))
                    mismatches.Add(new(name, parameter.Shape, element, analytic[element], numeric, bound));
            }

            parameter.ZeroGradient();
        }

        return new GradientCheckResult(checkedElements, largestGradient, mismatches);
    }

    /// <summary>Runs backward with a random upstream gradient and returns the elements of this gradient in logical order.</summary>
    private static double[] Backward(Func<Tape<double>, Variable<double>> function, long seed, Mode mode)
    {
        using var tape = new Tape<double>(mode, recording: true);
        var output = function(tape);
        var upstream = Tensor<double>.RandomNormal(
            output.Shape, new RandomStream(seed, "gradient check: upstream"), context: output.Value.Context);
        double[] elements = upstream.ToArray();
        if (output.RequiresGradient) tape.Backward(output, upstream);
        return elements;
    }

    private static double CentralDifference(
        Func<Tape<double>, Variable<double>> function, Tensor<double> value, int element, double[] upstream, Mode mode)
    {
        var shape = value.Shape;
        int[] index = GradientMismatch.IndexOf(shape, element);
        double x = value[index], step = RelativeStep * Math.Max(1, Math.Abs(x));
        // x + h and x − h are rounded, so divide by their actual difference.
        double above = x + step, below = x - step;
        try
        {
            value[index] = above;
            double[] outputAbove = Output(function, mode);
            value[index] = below;
            double[] outputBelow = Output(function, mode);
            // Subtract before summing, so that outputs that do not depend on x contribute no rounding error.
            double sum = 0;
            for (int i = 0; i < upstream.Length; i++) sum += upstream[i] * (outputAbove[i] - outputBelow[i]);
            return sum / (above - below);
        }
        finally
        {
            value[index] = x;
        }
    }

    private static double[] Output(Func<Tape<double>, Variable<double>> function, Mode mode)
    {
        using var tape = new Tape<double>(mode, recording: false);
        return function(tape).Value.ToArray();
    }

    private static IEnumerable<int> Sample(int length, int maxElements, RandomStream stream) =>
        length <= maxElements ? Enumerable.Range(0, length) : stream.Permutation(length).Take(maxElements);
}

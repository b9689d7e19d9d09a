using System.Numerics;
using DeepSharp.Tensors;

namespace DeepSharp.Autograd.Tests.Parity;

/// <summary>The arguments of one case of a fixture, on their own tape.</summary>
public sealed class ParityCase<T>(Fixture fixture, string name, ComputeContext context) : IDisposable
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Tape<T> tape = new(
        name.EndsWith("_evaluation", StringComparison.Ordinal) ? Mode.Evaluation : Mode.Training, recording: true);
    private readonly Dictionary<string, Variable<T>> arguments = [];

    /// <summary>An argument, as an input that requires a gradient.</summary>
    public Variable<T> this[string argument]
    {
        get
        {
            if (!arguments.TryGetValue(argument, out var variable))
                arguments.Add(argument, variable = tape.Input(Tensor(argument), requiresGradient: true));
            return variable;
        }
    }

    /// <summary>A tensor of the case that requires no gradient.</summary>
    public Tensor<T> Tensor(string key) => fixture.Tensor<T>($"{name}/{key}", context);

    /// <summary>The labels of the case.</summary>
    public int[] Labels(string key) => fixture.Labels($"{name}/{key}");

    /// <summary>Compares the output and the gradients with those of PyTorch. Returns one line for each tensor outside its bound.</summary>
    /// <param name="apply">Applies the operation to the arguments.</param>
    /// <param name="upstreamFactor">Multiplies the upstream gradient. Factors other than 1 make every gradient wrong.</param>
    public List<string> Differences(Func<ParityCase<T>, Variable<T>> apply, double upstreamFactor = 1)
    {
        List<string> differences = [];
        var output = apply(this);
        Compare("output", output.Value, differences);

        var upstream = Array.ConvertAll(fixture.Values($"{name}/upstream"), g => T.CreateChecked(g * upstreamFactor));
        tape.Backward(output, Tensor<T>.FromArray(upstream, output.Shape, context));
        string prefix = $"{name}/gradient/";
        foreach (string key in fixture.Names.Where(key => key.StartsWith(prefix, StringComparison.Ordinal)))
            Compare($"gradient/{key[prefix.Length..]}", this[key[prefix.Length..]].Gradient!, differences);
        return differences;
    }

    /// <inheritdoc/>
    public void Dispose() => tape.Dispose();

    private void Compare(string key, Tensor<T> actual, List<string> differences)
    {
        if (actual.Shape != fixture.ShapeOf($"{name}/{key}"))
        {
            differences.Add($"{name}/{key}: shape {actual.Shape}, expected {fixture.ShapeOf($"{name}/{key}")}");
            return;
        }

        double tolerance = fixture.Values($"{name}/bound/{key}")[0] * Tolerance.Epsilon<T>();
        double[] expected = fixture.Values($"{name}/{key}"), found = Array.ConvertAll(actual.ToArray(), double.CreateChecked);
        // The element with the largest error. NaN counts as an infinite error.
        int worst = Enumerable.Range(0, expected.Length).MaxBy(i => Difference(expected[i], found[i]));
        double difference = Difference(expected[worst], found[worst]);
        if (difference > tolerance)
        {
            differences.Add(
                $"{name}/{key}[{worst}] of {actual.Shape}: {found[worst]:G17}, expected {expected[worst]:G17} within {tolerance:G3}, " +
                $"off by {difference:G3}");
        }
    }

    private static double Difference(double expected, double found) =>
        double.IsNaN(found) ? double.PositiveInfinity : Math.Abs(expected - found);
}

using System.Globalization;

namespace DeepSharp.Autograd;

/// <summary>The result of a <see cref="GradientCheck"/>.</summary>
public sealed class GradientCheckResult
{
    // Enough to show a pattern (a row, a channel, the border), few enough to read.
    private const int MismatchesShown = 10;

    internal GradientCheckResult(int checkedElements, double largestGradient, IReadOnlyList<GradientMismatch> mismatches) =>
        (CheckedElements, LargestGradient, Mismatches) = (checkedElements, largestGradient, mismatches);

    /// <summary>Whether every gradient equals its central difference within the bound.</summary>
    public bool Passed => Mismatches.Count == 0;

    /// <summary>The number of elements that were checked.</summary>
    public int CheckedElements { get; }

    /// <summary>The largest absolute gradient that backward computed. If it is 0, passing means little.</summary>
    public double LargestGradient { get; }

    /// <summary>The elements whose gradient is wrong.</summary>
    public IReadOnlyList<GradientMismatch> Mismatches { get; }

    /// <summary>Throws unless the check passed.</summary>
    /// <exception cref="InvalidOperationException">A gradient is wrong; the message is the report.</exception>
    public void Require()
    {
        if (!Passed) throw new InvalidOperationException(ToString());
    }

    /// <summary>The report: the number of elements checked and, for each wrong gradient, its input, index and both values.</summary>
    public override string ToString()
    {
        if (Passed) return string.Create(CultureInfo.InvariantCulture, $"Gradient check passed: {CheckedElements} elements.");
        var lines = Mismatches.Take(MismatchesShown).Select(mismatch => mismatch.ToString())
            .Prepend(string.Create(
                CultureInfo.InvariantCulture, $"Gradient check failed for {Mismatches.Count} of {CheckedElements} elements:"));
        if (Mismatches.Count > MismatchesShown) lines = lines.Append("…");
        return string.Join(Environment.NewLine, lines);
    }
}

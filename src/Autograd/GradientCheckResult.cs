using System.Globalization;

namespace DeepSharp.Autograd;

/// <summary>The result of a <see cref="GradientCheck"/>.</summary>
public sealed class GradientCheckResult
{
    // Enough to show a pattern (a row, a channel, the border), few enough to read.
    private const int MismatchesShown = 10;

    internal GradientCheckResult(int checkedElements, double largestGradient, IReadOnlyList<GradientMismatch> mismatches) =>
        (CheckedElements, LargestGradient, Mismatches) = (checkedElements, largestGradient, mismatches);

    /// <summary>Whether the gradient of every checked element equals its central difference within the bound.</summary>
    public bool Passed => Mismatches.Count == 0;

    /// <summary>The number of elements that were checked.</summary>
    public int CheckedElements { get; }

    /// <summary>The largest absolute gradient that backward computed. If it is 0, the check proves little.</summary>
    public double LargestGradient { get; }

    /// <summary>The checked elements whose gradient differs from the central difference by more than the bound.</summary>
    public IReadOnlyList<GradientMismatch> Mismatches { get; }

    /// <summary>Throws unless the check passed.</summary>
    /// <exception cref="InvalidOperationException">The check did not pass; the message is the report.</exception>
    public void Require()
    {
        if (!Passed) throw new InvalidOperationException(ToString());
    }

    /// <summary>The report: the number of checked elements, and one line for each of the first 10 mismatches.</summary>
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

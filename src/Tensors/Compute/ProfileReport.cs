using System.Globalization;
using System.Text;

namespace DeepSharp.Tensors;

/// <summary>One line of a <see cref="ProfileReport"/>; all but the share and the rate are per step.</summary>
/// <param name="Operation">The operation, for instance <c>Conv2d</c>.</param>
/// <param name="Pass">Which part of it, for instance <c>forward</c>.</param>
/// <param name="Calls">How often it ran.</param>
/// <param name="Milliseconds">The time it took.</param>
/// <param name="Share">Its share of the step, 0 to 1.</param>
/// <param name="GFlops">The rate reached in GFLOP/s of the textbook algorithm; 0 where that is not known.</param>
public sealed record ProfileLine(string Operation, string Pass, double Calls, double Milliseconds, double Share, double GFlops);

/// <summary>What a step costs, by operation and pass; the lines add up to the whole step.</summary>
public sealed class ProfileReport
{
    /// <summary>Sums up what a profiler has measured in the steps that <see cref="ComputeContext.ProfileStep"/> marked.</summary>
    public ProfileReport(Profiler profiler)
    {
        ArgumentNullException.ThrowIfNull(profiler);
        var entries = profiler.Entries;
        Steps = entries.FirstOrDefault(entry => entry.Operation == Profiler.Step)?.Calls ?? 0;
        double all = entries.Sum(entry => entry.Milliseconds);
        // Nothing is per step where no step was marked.
        double steps = Math.Max(1, Steps);
        StepMilliseconds = all / steps;
        Lines = [.. entries.Select(entry => new ProfileLine(
            entry.Operation, entry.Pass, entry.Calls / steps, entry.Milliseconds / steps, all > 0 ? entry.Milliseconds / all : 0, entry.GFlops))];
    }

    /// <summary>The number of steps.</summary>
    public int Steps { get; }

    /// <summary>How long a step takes, in milliseconds.</summary>
    public double StepMilliseconds { get; }

    /// <summary>The lines, the most expensive first.</summary>
    public IReadOnlyList<ProfileLine> Lines { get; }

    /// <summary>A table of plain text.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        Row("operation", "pass", "calls", "ms", "%", "GFLOP/s");
        foreach (var line in Lines)
            Row(line.Operation, line.Pass, Number(line.Calls, "0.#"), Number(line.Milliseconds, "0.000"), Number(100 * line.Share, "0.0"), line.GFlops > 0 ? Number(line.GFlops, "0.0") : "");
        Row("total", $"mean of {Steps} steps", "", Number(StepMilliseconds, "0.000"), "", "");
        return text.ToString();

        void Row(string operation, string pass, string calls, string milliseconds, string share, string rate) =>
            text.Append($"{operation,-22} {pass,-20} {calls,6} {milliseconds,10} {share,6} {rate,9}".TrimEnd()).Append('\n');
        static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
    }
}

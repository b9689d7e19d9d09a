using System.Globalization;
using System.Text;

namespace DeepSharp.Tensors;

/// <summary>
/// One line of a <see cref="ProfileReport"/>. Calls and milliseconds are averages per step, or totals if no step was marked.
/// </summary>
/// <param name="Operation">The operation, for instance <c>Conv2d</c>.</param>
/// <param name="Pass">The pass of the operation, for instance <c>forward</c>.</param>
/// <param name="Calls">The number of calls.</param>
/// <param name="Milliseconds">The time, without the time of nested operations that have their own lines.</param>
/// <param name="Share">The fraction of the time of all lines, 0 to 1.</param>
/// <param name="GFlops">The rate in GFLOP/s, counting the operations of the textbook algorithm; 0 if their number is unknown.</param>
public sealed record ProfileLine(string Operation, string Pass, double Calls, double Milliseconds, double Share, double GFlops);

/// <summary>The time of a step, broken down by operation and pass. The lines add up to <see cref="StepMilliseconds"/>.</summary>
public sealed class ProfileReport
{
    /// <summary>
    /// Divides the measurements of a profiler by the number of steps marked by <see cref="ComputeContext.ProfileStep"/>. Operations outside
    /// of steps count, too.
    /// </summary>
    public ProfileReport(Profiler profiler)
    {
        ArgumentNullException.ThrowIfNull(profiler);
        var entries = profiler.Entries;
        Steps = entries.FirstOrDefault(entry => entry.Operation == Profiler.Step)?.Calls ?? 0;
        double all = entries.Sum(entry => entry.Milliseconds);
        // Without marked steps, report totals.
        double steps = Math.Max(1, Steps);
        StepMilliseconds = all / steps;
        Lines = [.. entries.Select(entry => new ProfileLine(
            entry.Operation, entry.Pass, entry.Calls / steps, entry.Milliseconds / steps, all > 0 ? entry.Milliseconds / all : 0,
            entry.GFlops))];
    }

    /// <summary>The number of marked steps.</summary>
    public int Steps { get; }

    /// <summary>The average time of a step in milliseconds, or the total time if no step was marked.</summary>
    public double StepMilliseconds { get; }

    /// <summary>The lines, most expensive first.</summary>
    public IReadOnlyList<ProfileLine> Lines { get; }

    /// <summary>The report as a plain-text table.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        Row("operation", "pass", "calls", "ms", "%", "GFLOP/s");
        foreach (var line in Lines)
        {
            Row(
                line.Operation, line.Pass, Number(line.Calls, "0.#"), Number(line.Milliseconds, "0.000"), Number(100 * line.Share, "0.0"),
                line.GFlops > 0 ? Number(line.GFlops, "0.0") : "");
        }

        Row("total", $"mean of {Steps} steps", "", Number(StepMilliseconds, "0.000"), "", "");
        return text.ToString();

        void Row(string operation, string pass, string calls, string milliseconds, string share, string rate) =>
            text.Append($"{operation,-22} {pass,-20} {calls,6} {milliseconds,10} {share,6} {rate,9}".TrimEnd()).Append('\n');
        static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
    }
}

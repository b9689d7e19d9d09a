using System.Diagnostics;

namespace DeepSharp.Bench.Measuring;

/// <summary>The times of repeated runs of the same work.</summary>
public sealed record Timing(double FirstMs, IReadOnlyList<double> Ms)
{
    private const int MaxRuns = 1000;

    /// <summary>The median time, in milliseconds.</summary>
    public double MedianMs => Median(Ms);

    /// <summary>The mean time, in milliseconds. The images per second of <c>deepsharp train</c> come from a mean too.</summary>
    public double MeanMs => Ms.Average();

    /// <summary>The time of the fastest run, in milliseconds.</summary>
    public double BestMs => Ms.Min();

    /// <summary>
    /// Warms up (see <see cref="WarmUp"/>), then times the work for about <paramref name="seconds"/>, at least <paramref name="minRuns"/>
    /// and otherwise at most 1000 times.
    /// </summary>
    public static Timing Of(Action work, double seconds = 1, int minRuns = 5) =>
        new(WarmUp(work, seconds), Repeat(work, seconds, minRuns));

    /// <summary>
    /// Runs the work once, and then until it is compiled and warm, but for at most about <paramref name="seconds"/>. Returns the time of
    /// the first run in milliseconds.
    /// </summary>
    public static double WarmUp(Action work, double seconds)
    {
        double first = Once(work);
        // The just-in-time compiler optimizes a method after 30 calls, and methods with loops at once (see Directory.Build.props).
        var clock = Stopwatch.StartNew();
        for (int i = 0; i < 40 && clock.Elapsed.TotalSeconds < seconds; i++) work();
        return first;
    }

    /// <summary>
    /// Runs the work for about <paramref name="seconds"/>, at least <paramref name="minRuns"/> and otherwise at most 1000 times. Returns
    /// the time of each run in milliseconds.
    /// </summary>
    public static IReadOnlyList<double> Repeat(Action work, double seconds, int minRuns = 1)
    {
        var times = new List<double>();
        var clock = Stopwatch.StartNew();
        while (times.Count < minRuns || (clock.Elapsed.TotalSeconds < seconds && times.Count < MaxRuns)) times.Add(Once(work));
        return times;
    }

    /// <summary>The middle one of the sorted values, or the mean of the two in the middle.</summary>
    public static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        int middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    private static double Once(Action work)
    {
        long start = Stopwatch.GetTimestamp();
        work();
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }
}

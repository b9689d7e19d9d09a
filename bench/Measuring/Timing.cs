using System.Diagnostics;

namespace DeepSharp.Bench.Measuring;

/// <summary>The times of repeated runs of one piece of work.</summary>
public sealed record Timing(double FirstMs, IReadOnlyList<double> Ms)
{
    /// <summary>The median, in milliseconds.</summary>
    public double MedianMs
    {
        get
        {
            double[] sorted = [.. Ms.Order()];
            int middle = sorted.Length / 2;
            return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        }
    }

    /// <summary>The fastest, in milliseconds.</summary>
    public double BestMs => Ms.Min();

    /// <summary>Runs the work until it is compiled and warm, then for about <paramref name="seconds"/>, at least five times.</summary>
    public static Timing Of(Action work, double seconds = 1)
    {
        double first = Once(work);
        // The just-in-time compiler replaces a method after 30 calls and a moment: run until a second of warm-up or 40 runs are over.
        var warmUp = Stopwatch.StartNew();
        for (int i = 0; i < 40 && warmUp.Elapsed.TotalSeconds < seconds; i++) work();
        var times = new List<double>();
        var clock = Stopwatch.StartNew();
        while (times.Count < 5 || (clock.Elapsed.TotalSeconds < seconds && times.Count < 1000)) times.Add(Once(work));
        return new Timing(first, times);
    }

    private static double Once(Action work)
    {
        long start = Stopwatch.GetTimestamp();
        work();
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }
}

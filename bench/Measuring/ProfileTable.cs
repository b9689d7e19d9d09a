using System.Globalization;
using DeepSharp.Tensors;

namespace DeepSharp.Bench.Measuring;

/// <summary>A profile as lines of text.</summary>
public static class ProfileTable
{
    /// <summary>Time per step, share and rate of each operation and pass.</summary>
    public static IEnumerable<string> Lines(Profiler profiler, int steps)
    {
        double total = profiler.Entries.Sum(entry => entry.Milliseconds);
        yield return string.Create(CultureInfo.InvariantCulture, $"{"operation",-20} {"pass",-20} {"calls",6} {"ms",10} {"%",6} {"GFLOP/s",9}");
        foreach (var entry in profiler.Entries)
        {
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"{entry.Operation,-20} {entry.Pass,-20} {entry.Calls / steps,6} {entry.Milliseconds / steps,10:0.000} {100 * entry.Milliseconds / total,6:0.0} {(entry.Flops > 0 ? $"{entry.GFlops:0.0}" : ""),9}");
        }

        yield return string.Create(CultureInfo.InvariantCulture, $"{"total",-20} {"",-20} {"",6} {total / steps,10:0.000}");
    }
}

using System.Globalization;
using DeepSharp.Bench.Measuring;
using DeepSharp.Tensors;

namespace DeepSharp.Bench.Compare;

/// <summary>Runs cases: each contender in a process of its own that stays alive, in turns, so that what else the machine does hits all alike.</summary>
internal static class Comparison
{
    // The fastest variant is found by a few runs; it is then measured by itself.
    private const int VariantRuns = 3;

    // Of the best peak of the run.
    private const double UndisturbedPeak = 0.9;

    // Threads of other engines may spin for a moment after their work.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan VariantPatience = TimeSpan.FromMinutes(10);

    private static double best;

    /// <summary>Runs one case.</summary>
    public static CaseResult Run(CompareCase compareCase, int rounds, int threads)
    {
        using var context = new ComputeContext(new ComputeOptions { Workers = threads });
        if (best == 0) best = Enumerable.Range(0, 10).Max(_ => Peak.Quick(context));
        List<(Contender Contender, Worker? Worker, List<double> Rounds, string? Absence)> field = [];
        try
        {
            foreach (var contender in compareCase.Contenders) field.Add(Enter(contender, compareCase.Seconds));
            var (peaks, repeated) = RunRounds(field, compareCase.Seconds, rounds, context);
            return new CaseResult(
                compareCase.Group, compareCase.Name, compareCase.Unit, DateTime.UtcNow, threads, Math.Round(peaks.Min(), 1), Math.Round(peaks.Max(), 1),
                [.. field.Select(entry => Result(entry.Contender, entry.Worker, entry.Rounds, entry.Absence))]) { RepeatedRounds = repeated };
        }
        finally
        {
            foreach (var (_, worker, _, _) in field) worker?.Dispose();
        }
    }

    // A round in which others used the machine is repeated for all contenders; so many at most as were asked for.
    private static (List<double> Peaks, int Repeated) RunRounds(
        List<(Contender Contender, Worker? Worker, List<double> Rounds, string? Absence)> field, double seconds, int rounds, ComputeContext context)
    {
        List<double> peaks = [];
        int repeated = 0;
        for (int round = 0; round < rounds + repeated; round++)
        {
            double peak = Peak.Quick(context);
            List<(List<double> Rounds, double Ms)> times = [];
            for (int i = 0; i < field.Count; i++)
            {
                // Each is the first in turn.
                var (_, worker, earlier, _) = field[(round + i) % field.Count];
                if (worker is null) continue;
                times.Add((earlier, worker.Round(seconds)));
                Thread.Sleep(Pause);
                peak = Math.Min(peak, Peak.Quick(context));
            }

            best = Math.Max(best, peak);
            if (peak < UndisturbedPeak * best && repeated < rounds)
            {
                repeated++;
                continue;
            }

            peaks.Add(peak);
            foreach (var (earlier, ms) in times) earlier.Add(ms);
        }

        return (peaks, repeated);
    }

    private static (Contender, Worker?, List<double>, string?) Enter(Contender contender, double seconds)
    {
        if (contender.Engine.Absence is { } absence) return (contender, null, [], absence);
        try
        {
            if (contender.HasVariants) contender = contender with { Arguments = [.. contender.Arguments, "--variant", BestVariant(contender, seconds)] };
            return (contender, new Worker(contender, seconds), [], null);
        }
        catch (InvalidOperationException e)
        {
            return (contender, null, [], e.Message);
        }
    }

    private static string BestVariant(Contender contender, double seconds)
    {
        string[] options = ["--threads", $"{contender.Threads}", "--runs", $"{VariantRuns}", "--seconds", (seconds / 2).ToString(CultureInfo.InvariantCulture)];
        var (exitCode, output, error) = contender.Engine.Run([.. contender.Arguments, "--find-variant", .. options], contender.Threads, VariantPatience);
        if (exitCode != 0) throw new InvalidOperationException($"{contender.Name} ended with {exitCode}: {error.Split('\n')[^1]}");
        return output;
    }

    private static ContenderResult Result(Contender contender, Worker? worker, List<double> rounds, string? absence)
    {
        if (worker is null) return new ContenderResult(contender.Name, contender.Work, contender.Threads, 0, [], 0, 0, "", absence);
        return new ContenderResult(
            contender.Name, contender.Work, contender.Threads, Math.Round(Timing.Median(rounds), 4), [.. rounds.Select(ms => Math.Round(ms, 4))],
            Math.Round(worker.FirstMs, 1), Math.Round(worker.End(), 1), worker.Detail);
    }
}

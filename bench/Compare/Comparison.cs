using DeepSharp.Bench.Measuring;
using DeepSharp.Tensors;

namespace DeepSharp.Bench.Compare;

/// <summary>Runs cases: the contenders take turns in processes of their own, so that what else the machine does hits all alike.</summary>
internal static class Comparison
{
    // Of the best peak of the run.
    private const double UndisturbedPeak = 0.9;

    // Threads of other engines may spin for a moment after their work.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private static double best;

    /// <summary>Runs one case.</summary>
    /// <param name="compareCase">The work and its contenders.</param>
    /// <param name="rounds">The rounds that count.</param>
    /// <param name="roundsPerProcess">
    /// After so many rounds each contender starts anew: where the system puts a process in memory, and its threads on processors, can make it faster or
    /// slower for all of its life.
    /// </param>
    /// <param name="threads">The threads that the peak is measured with.</param>
    public static CaseResult Run(CompareCase compareCase, int rounds, int roundsPerProcess, int threads)
    {
        using var context = new ComputeContext(new ComputeOptions { Workers = threads });
        if (best == 0) best = Enumerable.Range(0, 10).Max(_ => Peak.Quick(context));
        Entrant[] field = [.. compareCase.Contenders.Select(contender => new Entrant(contender, compareCase.Seconds, roundsPerProcess))];
        try
        {
            var (peaks, repeated) = RunRounds(field, rounds, context);
            return new CaseResult(
                compareCase.Group, compareCase.Name, compareCase.Unit, DateTime.UtcNow, threads, Math.Round(peaks.Min(), 1), Math.Round(peaks.Max(), 1),
                [.. field.Select(entrant => entrant.Result())])
            { RepeatedRounds = repeated };
        }
        finally
        {
            foreach (var entrant in field) entrant.Dispose();
        }
    }

    // A round in which others used the machine is repeated for all contenders; so many at most as were asked for.
    private static (List<double> Peaks, int Repeated) RunRounds(Entrant[] field, int rounds, ComputeContext context)
    {
        List<double> peaks = [];
        int repeated = 0;
        for (int round = 0; round < rounds + repeated; round++)
        {
            double peak = Peak.Quick(context);
            for (int i = 0; i < field.Length; i++)
            {
                // Each is the first in turn.
                field[(round + i) % field.Length].Run();
                Thread.Sleep(Pause);
                peak = Math.Min(peak, Peak.Quick(context));
            }

            best = Math.Max(best, peak);
            bool isDisturbed = peak < UndisturbedPeak * best && repeated < rounds;
            foreach (var entrant in field) entrant.EndRound(counts: !isDisturbed);
            if (isDisturbed) repeated++;
            else peaks.Add(peak);
        }

        return (peaks, repeated);
    }
}

using DeepSharp.Bench.Measuring;
using DeepSharp.Tensors;

namespace DeepSharp.Bench.Compare;

/// <summary>Runs cases. The contenders take turns, each in its own process, so that other load on the machine affects all alike.</summary>
internal static class Comparison
{
    // A peak below this fraction of the best one since the program started means that other processes use the machine.
    private const double UndisturbedPeak = 0.9;

    // Gives the threads of other engines time to stop spinning after their work.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private static double bestPeak;

    /// <summary>Runs one case.</summary>
    /// <param name="compareCase">The work and its contenders.</param>
    /// <param name="rounds">The number of rounds that count.</param>
    /// <param name="roundsPerProcess">
    /// The number of rounds after which each contender restarts. The placement of a process in memory, and of its threads on processors,
    /// can make it faster or slower for its whole lifetime.
    /// </param>
    /// <param name="threads">The number of threads with which the peak is measured.</param>
    public static CaseResult Run(CompareCase compareCase, int rounds, int roundsPerProcess, int threads)
    {
        using var context = new ComputeContext(new ComputeOptions { Workers = threads });
        if (bestPeak == 0) bestPeak = Enumerable.Range(0, 10).Max(_ => Peak.Quick(context));
        Entrant[] entrants =
            [.. compareCase.Contenders.Select(contender => new Entrant(contender, compareCase.Seconds, roundsPerProcess))];
        try
        {
            var (peaks, repeated) = RunRounds(entrants, rounds, context);
            return new CaseResult(
                compareCase.Group, compareCase.Name, compareCase.Unit, DateTime.UtcNow, threads,
                Math.Round(peaks.Min(), 1), Math.Round(peaks.Max(), 1),
                [.. entrants.Select(entrant => entrant.Result())])
            { RepeatedRounds = repeated };
        }
        finally
        {
            foreach (var entrant in entrants) entrant.Dispose();
        }
    }

    // If other processes used the machine, the round is repeated for all contenders. At most as many rounds as requested are repeated.
    private static (List<double> Peaks, int Repeated) RunRounds(Entrant[] entrants, int rounds, ComputeContext context)
    {
        List<double> peaks = [];
        int repeated = 0;
        for (int round = 0; round < rounds + repeated; round++)
        {
            double peak = Peak.Quick(context);
            for (int i = 0; i < entrants.Length; i++)
            {
                // A different entrant begins each round.
                entrants[(round + i) % entrants.Length].Run();
                Thread.Sleep(Pause);
                peak = Math.Min(peak, Peak.Quick(context));
            }

            bestPeak = Math.Max(bestPeak, peak);
            bool isDisturbed = peak < UndisturbedPeak * bestPeak && repeated < rounds;
            foreach (var entrant in entrants) entrant.EndRound(counts: !isDisturbed);
            if (isDisturbed) repeated++;
            else peaks.Add(peak);
        }

        return (peaks, repeated);
    }
}

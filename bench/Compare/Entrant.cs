using System.Globalization;
using DeepSharp.Bench.Measuring;

namespace DeepSharp.Bench.Compare;

/// <summary>A contender that takes part in a case: its process, and the times of its rounds.</summary>
/// <param name="contender">The contender.</param>
/// <param name="seconds">The duration of a round, in seconds.</param>
/// <param name="roundsPerProcess">The number of rounds after which the process restarts.</param>
internal sealed class Entrant(Contender contender, double seconds, int roundsPerProcess) : IDisposable
{
    // A few runs of each variant are enough to find the fastest one.
    private const int VariantRuns = 3;
    private static readonly TimeSpan VariantTimeout = TimeSpan.FromMinutes(10);

    private readonly List<double> rounds = [];
    private string? absence = contender.Engine.Absence, detail;
    private Contender chosen = contender;
    private Worker? worker;
    private double ms, firstMs, peakMemoryMb;
    private int roundsOfProcess;

    /// <summary>Runs a round, unless the engine is absent. An engine that fails is absent from then on.</summary>
    public void Run()
    {
        if (absence is not null) return;
        try
        {
            if (chosen is { HasVariants: true }) chosen = Fastest(chosen);
            if (worker is null)
            {
                worker = new Worker(chosen, seconds);
                (firstMs, detail, roundsOfProcess) = (worker.FirstMs, worker.Detail, 0);
            }

            ms = worker.Round(seconds);
            roundsOfProcess++;
        }
        catch (InvalidOperationException e)
        {
            absence = e.Message;
        }
    }

    /// <summary>Ends a round. Its time is stored only if the round <paramref name="counts"/>.</summary>
    public void EndRound(bool counts)
    {
        if (absence is not null) return;
        if (counts) rounds.Add(ms);
        if (roundsOfProcess == roundsPerProcess) End();
    }

    /// <summary>The result of all rounds.</summary>
    public ContenderResult Result()
    {
        End();
        return absence is not null ? new(chosen.Name, chosen.Work, chosen.Threads, 0, [], 0, 0, "", absence) : new(
            chosen.Name, chosen.Work, chosen.Threads, Math.Round(Timing.Median(rounds), 4), [.. rounds.Select(time => Math.Round(time, 4))],
            Math.Round(firstMs, 1), Math.Round(peakMemoryMb, 1), detail ?? "");
    }

    /// <summary>Ends the process if it still runs.</summary>
    public void Dispose() => worker?.Dispose();

    private void End()
    {
        if (worker is not null && absence is null) peakMemoryMb = worker.End();
        worker?.Dispose();
        worker = null;
    }

    private Contender Fastest(Contender several)
    {
        string[] options =
        [
            "--find-variant", "--threads", $"{several.Threads}", "--runs", $"{VariantRuns}",
            "--seconds", (seconds / 2).ToString(CultureInfo.InvariantCulture),
        ];
        var (exitCode, output, error) = several.Engine.Run([.. several.Arguments, .. options], several.Threads, VariantTimeout);
        if (exitCode != 0) throw new InvalidOperationException($"{several.Name} exited with code {exitCode}: {error.Split('\n')[0]}");
        return several with { Arguments = [.. several.Arguments, "--variant", output], HasVariants = false };
    }
}

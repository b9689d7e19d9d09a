using System.Globalization;
using System.Text.Json;
using DeepSharp.Bench.Measuring;
using DeepSharp.Tensors;

namespace DeepSharp.Bench.Compare;

/// <summary>Runs cases: each contender in a process of its own that stays alive, in turns, so that what else the machine does hits all alike.</summary>
internal static class Comparison
{
    // The fastest variant is found by a few runs; it is then measured by itself.
    private const int VariantRuns = 3;

    // Threads of other engines may spin for a moment after their work.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan VariantPatience = TimeSpan.FromMinutes(10);

    /// <summary>Runs one case.</summary>
    public static CaseResult Run(CompareCase compareCase, int rounds, int threads)
    {
        using var context = new ComputeContext(new ComputeOptions { Workers = threads });
        List<(Contender Contender, Worker? Worker, List<double> Rounds, string? Absence)> field = [];
        try
        {
            foreach (var contender in compareCase.Contenders) field.Add(Enter(contender, compareCase.Seconds));
            double before = Peak.GFlops(context);
            for (int round = 0; round < rounds; round++)
            {
                // Each is the first in turn.
                for (int i = 0; i < field.Count; i++)
                {
                    var (_, worker, times, _) = field[(round + i) % field.Count];
                    if (worker is null) continue;
                    times.Add(worker.Round(compareCase.Seconds));
                    Thread.Sleep(Pause);
                }
            }

            double after = Peak.GFlops(context);
            return new CaseResult(
                compareCase.Group, compareCase.Name, compareCase.Unit, DateTime.UtcNow, threads, Math.Round(before, 1), Math.Round(after, 1),
                [.. field.Select(entry => Result(entry.Contender, entry.Worker, entry.Rounds, entry.Absence))]);
        }
        finally
        {
            foreach (var (_, worker, _, _) in field) worker?.Dispose();
        }
    }

    private static (Contender, Worker?, List<double>, string?) Enter(Contender contender, double seconds)
    {
        if (contender.Engine.Absence is { } absence) return (contender, null, [], absence);
        try
        {
            if (contender.HasVariants) contender = contender with { Arguments = [.. contender.Arguments, "--serve", "--variant", BestVariant(contender, seconds)] };
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
        var (exitCode, output, error) = contender.Engine.Run([.. contender.Arguments, .. options], contender.Threads, VariantPatience);
        if (exitCode != 0) throw new InvalidOperationException($"{contender.Name} ended with {exitCode}: {error.Split('\n')[^1]}");
        return JsonDocument.Parse(output).RootElement.GetProperty("best").GetString()!;
    }

    private static ContenderResult Result(Contender contender, Worker? worker, List<double> rounds, string? absence)
    {
        if (worker is null) return new ContenderResult(contender.Name, contender.Work, contender.Threads, 0, [], 0, 0, "", absence);
        return new ContenderResult(
            contender.Name, contender.Work, contender.Threads, Math.Round(Timing.Median(rounds), 4), [.. rounds.Select(ms => Math.Round(ms, 4))],
            Math.Round(worker.FirstMs, 1), Math.Round(worker.End(), 1), worker.Detail);
    }
}

using System.Diagnostics;
using System.Runtime.InteropServices;

namespace DeepSharp.Tensors;

/// <summary>What one kind of work has cost: the line of a profile.</summary>
/// <param name="Operation">The operation, for instance <c>Conv2d</c>.</param>
/// <param name="Pass">Which part of it, for instance <c>forward</c>.</param>
/// <param name="Calls">How often it ran.</param>
/// <param name="Milliseconds">The time it took, without the work inside it that has a line of its own.</param>
/// <param name="Flops">The floating-point operations of the textbook algorithm, where they are known, else 0.</param>
public sealed record ProfileEntry(string Operation, string Pass, int Calls, double Milliseconds, double Flops)
{
    /// <summary>The rate reached in GFLOP/s, where the number of operations is known; above the processor's peak where an algorithm needs fewer.</summary>
    public double GFlops => Milliseconds > 0 ? Flops / Milliseconds / 1e6 : 0;
}

/// <summary>What a stage of the convolutions has cost, all workers together.</summary>
/// <param name="Stage">Its name.</param>
/// <param name="Milliseconds">The time of all workers, added up.</param>
/// <param name="MultiplyAdds">The multiply-adds of its products.</param>
/// <param name="Bytes">The bytes that it read and wrote, most of them in caches.</param>
public sealed record ProfileStage(string Stage, double Milliseconds, long MultiplyAdds, long Bytes);

/// <summary>Adds up the time of operations and passes. Give one to <see cref="ComputeOptions.Profiler"/>; it serves one thread that computes.</summary>
public sealed class Profiler
{
    internal const string Step = "Step", Rest = "everything else";

    private static readonly KernelStage[] AllStages = Enum.GetValues<KernelStage>();

    private readonly Dictionary<(string Operation, string Pass), Sum> sums = [];
    // For each stage ticks, multiply-adds and bytes.
    private readonly long[] stages = new long[3 * AllStages.Length];
    private long inner;
    private (string Operation, string Pass) current;

    /// <summary>The lines, the most expensive first.</summary>
    public IReadOnlyList<ProfileEntry> Entries =>
    [
        .. sums.Select(pair => new ProfileEntry(
                pair.Key.Operation, pair.Key.Pass, pair.Value.Calls, pair.Value.Ticks * 1000.0 / Stopwatch.Frequency, pair.Value.Flops))
            .OrderByDescending(entry => entry.Milliseconds),
    ];

    /// <summary>The stages of convolutions, those that ran, in their order; they are part of the lines.</summary>
    public IReadOnlyList<ProfileStage> Stages =>
    [
        .. AllStages.Where(stage => stages[3 * (int)stage] > 0).Select(stage => new ProfileStage(
            $"{stage}".ToLowerInvariant(), stages[3 * (int)stage] * 1000.0 / Stopwatch.Frequency, stages[(3 * (int)stage) + 1], stages[(3 * (int)stage) + 2])),
    ];

    /// <summary>Whether it measures: work that begins while it does not is left out, for instance the tests between two epochs of training.</summary>
    public bool IsOn { get; set; } = true;

    /// <summary>Forgets what was measured so far.</summary>
    public void Reset()
    {
        sums.Clear();
        Array.Clear(stages);
    }

    // Called by all workers.
    internal void AddStage(KernelStage stage, long ticks, long multiplyAdds, long bytes)
    {
        Interlocked.Add(ref stages[3 * (int)stage], ticks);
        Interlocked.Add(ref stages[(3 * (int)stage) + 1], multiplyAdds);
        Interlocked.Add(ref stages[(3 * (int)stage) + 2], bytes);
    }

    internal Scope Begin(string operation, string pass, double flops)
    {
        // An operation and its kernel may have one name: they are one line, and one call of it.
        if (current == (operation, pass))
        {
            SumOf(current).Flops += flops;
            return default;
        }

        var scope = new Scope(this, flops, current, inner);
        (current, inner) = ((operation, pass), 0);
        return scope;
    }

    private ref Sum SumOf((string Operation, string Pass) line) => ref CollectionsMarshal.GetValueRefOrAddDefault(sums, line, out _);

    private void End(double flops, long start, (string Operation, string Pass) outer, long innerOfOuter)
    {
        long ticks = Stopwatch.GetTimestamp() - start;
        ref var sum = ref SumOf(current);
        sum.Calls++;
        sum.Ticks += ticks - inner;
        sum.Flops += flops;
        (current, inner) = (outer, innerOfOuter + ticks);
    }

    /// <summary>Measures until it is disposed; does nothing without a profiler.</summary>
    public readonly ref struct Scope
    {
        private readonly Profiler? profiler;
        private readonly double flops;
        private readonly (string, string) outer;
        private readonly long start, innerOfOuter;

        internal Scope(Profiler profiler, double flops, (string, string) outer, long innerOfOuter)
        {
            this.profiler = profiler;
            (this.flops, this.outer, this.innerOfOuter) = (flops, outer, innerOfOuter);
            start = Stopwatch.GetTimestamp();
        }

        /// <summary>Ends the measurement.</summary>
        public void Dispose() => profiler?.End(flops, start, outer, innerOfOuter);
    }

    private struct Sum
    {
        public int Calls;
        public long Ticks;
        public double Flops;
    }
}

using System.Diagnostics;
using System.Runtime.InteropServices;

namespace DeepSharp.Tensors;

/// <summary>The total cost of one pass of an operation: one line of a profile.</summary>
/// <param name="Operation">The operation, for instance <c>Conv2d</c>.</param>
/// <param name="Pass">The pass of the operation, for instance <c>forward</c>.</param>
/// <param name="Calls">The number of calls.</param>
/// <param name="Milliseconds">The time, without the time of nested operations that have their own lines.</param>
/// <param name="Flops">The floating-point operations of the textbook algorithm; 0 if unknown.</param>
public sealed record ProfileEntry(string Operation, string Pass, int Calls, double Milliseconds, double Flops)
{
    /// <summary>
    /// The rate in GFLOP/s, counting the operations of the textbook algorithm; 0 if their number is unknown. The rate can exceed the
    /// processor's peak, because faster algorithms need fewer operations.
    /// </summary>
    public double GFlops => Milliseconds > 0 ? Flops / Milliseconds / 1e6 : 0;
}

/// <summary>The total cost of one stage of the convolutions.</summary>
/// <remarks>Some passes do not measure their stages, for instance 1×1 convolutions and all passes of <c>direct</c>.</remarks>
/// <param name="Stage">The name of the stage: <c>input</c>, <c>weights</c>, <c>products</c> or <c>output</c>.</param>
/// <param name="Milliseconds">The time, summed over all workers.</param>
/// <param name="MultiplyAdds">The multiply-adds of the matrix products of the stage.</param>
/// <param name="Bytes">The bytes that the tasks read and write, most of them in caches.</param>
public sealed record ProfileStage(string Stage, double Milliseconds, long MultiplyAdds, long Bytes);

/// <summary>Adds up the time of each operation and pass.</summary>
/// <remarks>Assign a profiler to <see cref="ComputeOptions.Profiler"/>. All measured operations must be called from one thread.</remarks>
public sealed class Profiler
{
    internal const string Step = "Step", Rest = "everything else";

    private static readonly KernelStage[] AllStages = Enum.GetValues<KernelStage>();

    private readonly Dictionary<(string Operation, string Pass), Sum> sums = [];
    // [stage][3]: ticks, multiply-adds, bytes.
    private readonly long[] stages = new long[3 * AllStages.Length];
    // The innermost operation being measured, and the ticks of the operations nested in it so far.
    private (string Operation, string Pass) current;
    private long inner;

    /// <summary>The total cost of each operation and pass, most expensive first.</summary>
    public IReadOnlyList<ProfileEntry> Entries =>
    [
        .. sums.Select(pair => new ProfileEntry(
                pair.Key.Operation, pair.Key.Pass, pair.Value.Calls, pair.Value.Ticks * 1000.0 / Stopwatch.Frequency, pair.Value.Flops))
            .OrderByDescending(entry => entry.Milliseconds),
    ];

    /// <summary>
    /// The measured stages of the convolutions, in the order input, weights, products, output. <see cref="Entries"/> include their work.
    /// </summary>
    public IReadOnlyList<ProfileStage> Stages =>
    [
        .. AllStages.Where(stage => stages[3 * (int)stage] > 0).Select(stage => new ProfileStage(
            $"{stage}".ToLowerInvariant(), stages[3 * (int)stage] * 1000.0 / Stopwatch.Frequency, stages[(3 * (int)stage) + 1],
            stages[(3 * (int)stage) + 2])),
    ];

    /// <summary>Whether new operations are measured; turn it off, for instance, during evaluation. Stages are always measured.</summary>
    public bool IsOn { get; set; } = true;

    /// <summary>Clears all measurements.</summary>
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
        // An operation and the kernel that it calls may have the same name. Together they count as one call.
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

    /// <summary>Measures an operation until the scope is disposed; the default value does nothing.</summary>
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

using System.Diagnostics;
using System.Runtime.ExceptionServices;

namespace DeepSharp.Tensors;

/// <summary>The threads of a context. They take numbered blocks of a kernel, in any order.</summary>
/// <remarks>
/// A kernel cuts its work into blocks that depend on the shape alone, and every block writes its own outputs; so results do not depend on how many
/// workers there are or on who takes which block. Idle workers spin briefly, because the next kernel usually follows at once, and then sleep.
/// </remarks>
public sealed class Workers : IDisposable
{
    // Between two kernels of a step there are some 10 µs of other work, and waking a sleeper takes about as long. A worker that polls for
    // longer takes the processor from others that have work for it.
    private static readonly long PollingTicks = Stopwatch.Frequency / 10_000;

    private readonly SemaphoreSlim wake = new(0);
    private readonly long[] blocksRun;
    private volatile Job? current;
    private int sleeping, busy, started;
    private volatile bool stopped;

    /// <summary>Workers, of which the calling thread is one; the other threads start with the first parallel kernel.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than one.</exception>
    public Workers(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        Count = count;
        blocksRun = new long[count];
    }

    /// <summary>The number of workers, the calling thread included.</summary>
    public int Count { get; }

    /// <summary>How many blocks each worker has run; number 0 is the calling thread.</summary>
    public IReadOnlyList<long> BlocksRun => blocksRun;

    /// <summary>Runs <paramref name="body"/> for the blocks 0 to <paramref name="blocks"/> − 1 and returns when all are done.</summary>
    /// <remarks>
    /// One kernel at a time is spread over the workers. A call from inside a block, or from a second thread meanwhile, runs on its own thread alone.
    /// The first exception of a block is rethrown here.
    /// </remarks>
    public void Run(int blocks, Action<int> body)
    {
        if (Count == 1 || blocks <= 1 || Interlocked.CompareExchange(ref busy, 1, 0) != 0)
        {
            for (int block = 0; block < blocks; block++) body(block);
            if (Count == 1) blocksRun[0] += blocks;
            return;
        }

        try
        {
            if (Interlocked.Exchange(ref started, 1) == 0) StartThreads();
            var job = new Job(blocks, body);
            current = job;
            Interlocked.MemoryBarrier();
            int asleep = Math.Min(Volatile.Read(ref sleeping), blocks - 1);
            if (asleep > 0) wake.Release(asleep);
            job.TakeBlocks(ref blocksRun[0]);
            job.WaitForOthers();
            job.Error?.Throw();
        }
        finally
        {
            current = null;
            Volatile.Write(ref busy, 0);
        }
    }

    /// <summary>Ends the threads. A context that is disposed must not compute any more.</summary>
    public void Dispose()
    {
        stopped = true;
        if (started != 0) wake.Release(Count);
    }

    private void StartThreads()
    {
        for (int i = 1; i < Count; i++)
        {
            int number = i;
            new Thread(() => Serve(number)) { IsBackground = true, Name = $"DeepSharp worker {number}" }.Start();
        }
    }

    private void Serve(int number)
    {
        Job? last = null;
        while (!stopped)
        {
            var job = WaitForJob(last);
            if (job is null) continue;
            job.TakeBlocks(ref blocksRun[number]);
            last = job;
        }
    }

    private Job? WaitForJob(Job? last)
    {
        for (long end = Stopwatch.GetTimestamp() + PollingTicks; Stopwatch.GetTimestamp() < end;)
        {
            if (current is { } job && job != last) return job;
            Thread.SpinWait(4);
        }

        Interlocked.Increment(ref sleeping);
        // A job published between the last look and the increment would not wake this worker: look once more.
        if (current is { } missed && missed != last)
        {
            Interlocked.Decrement(ref sleeping);
            return missed;
        }

        wake.Wait();
        Interlocked.Decrement(ref sleeping);
        return current is { } woken && woken != last ? woken : null;
    }

    private sealed class Job(int blocks, Action<int> body)
    {
        private int next = -1, done;

        public ExceptionDispatchInfo? Error { get; private set; }

        public void TakeBlocks(ref long taken)
        {
            for (int block; (block = Interlocked.Increment(ref next)) < blocks;)
            {
                try
                {
                    body(block);
                }
                catch (Exception e)
                {
                    Error ??= ExceptionDispatchInfo.Capture(e);
                }
                finally
                {
                    // Counted before the block is done, so that the counts are right when Run returns.
                    taken++;
                    Interlocked.Increment(ref done);
                }
            }
        }

        public void WaitForOthers()
        {
            var wait = new SpinWait();
            while (Volatile.Read(ref done) < blocks) wait.SpinOnce(sleep1Threshold: -1);
        }
    }
}

using System.Diagnostics;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace DeepSharp.Tensors;

/// <summary>The threads of a context. They take numbered blocks of a kernel, in any order.</summary>
/// <remarks>
/// A kernel cuts its work into blocks that depend on the shape alone, and every block writes its own outputs; so results do not depend on how many
/// workers there are or on who takes which block. Each worker first takes a part of neighboring blocks, in order, and then helps with the parts of
/// the others: what a worker wrote in one kernel is mostly what it reads in the next, and a cache line written by another core costs several times as
/// much as its own. Idle workers spin briefly, because the next kernel usually follows at once, and then sleep.
/// </remarks>
public sealed class Workers : IDisposable
{
    private static readonly long PollingTicks = Stopwatch.Frequency * Tuning.PollingMicroseconds / 1_000_000;

    private readonly SemaphoreSlim wake = new(0);
    private readonly long[] blocksRun;
    private int sleeping, busy, started;

    // The present job. Its number is also in the upper half of each share's word, the blocks of the share that nobody has taken yet in the lower half: a
    // worker that comes late from the job before finds another number and takes nothing.
    private readonly Share[] shares;
    private int job, jobBlocks, jobLength, jobBlockLength, blocksDone;
    private Action<int, int>? jobBody;
    private ExceptionDispatchInfo? error;
    private volatile bool stopped;

    /// <summary>Workers, of which the calling thread is one; the other threads start with the first parallel kernel.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than one.</exception>
    public Workers(int count)
    {
        if (count < 1) throw new ArgumentOutOfRangeException(nameof(count), $"The number of workers must be at least 1, found {count}.");
        Count = count;
        blocksRun = new long[count];
        shares = new Share[count];
    }

    /// <summary>The number of workers, the calling thread included.</summary>
    public int Count { get; }

    /// <summary>How many blocks each worker has run; number 0 is the calling thread.</summary>
    public IReadOnlyList<long> BlocksRun => Array.AsReadOnly(blocksRun);

    /// <summary>Runs <paramref name="body"/> for the blocks 0 to <paramref name="blocks"/> − 1 and returns when all are done.</summary>
    /// <inheritdoc cref="Run(int, int, Action{int, int})"/>
    public void Run(int blocks, Action<int> body) => Run(blocks, 1, (block, _) => body(block));

    /// <summary>Runs <paramref name="body"/>(from, count) over <paramref name="length"/> elements in blocks of <paramref name="blockLength"/>.</summary>
    /// <remarks>
    /// One kernel at a time is spread over the workers. A call from inside a block, or from a second thread meanwhile, runs on its own thread alone.
    /// The first exception of a block is rethrown here.
    /// </remarks>
    public void Run(int length, int blockLength, Action<int, int> body)
    {
        ArgumentNullException.ThrowIfNull(body);
        ArgumentOutOfRangeException.ThrowIfLessThan(blockLength, 1);
        int blocks = (length + blockLength - 1) / blockLength;
        if (Count == 1 || blocks <= 1 || Interlocked.CompareExchange(ref busy, 1, 0) != 0)
        {
            for (int from = 0; from < length; from += blockLength) body(from, Math.Min(blockLength, length - from));
            if (Count == 1) blocksRun[0] += blocks;
            return;
        }

        try
        {
            if (Interlocked.Exchange(ref started, 1) == 0) StartThreads();
            (jobBlocks, jobLength, jobBlockLength, blocksDone, jobBody, error) = (blocks, length, blockLength, 0, body, null);
            for (int worker = 0; worker < Count; worker++)
                Volatile.Write(ref shares[worker].State, ((long)(job + 1) << 32) | (uint)(EndOfShare(worker) - EndOfShare(worker - 1)));
            Interlocked.Increment(ref job);
            int asleep = Math.Min(Volatile.Read(ref sleeping), blocks - 1);
            if (asleep > 0) wake.Release(asleep);
            RunBlocks(job, 0);
            var wait = new SpinWait();
            while (Volatile.Read(ref blocksDone) < blocks) wait.SpinOnce(sleep1Threshold: -1);
            error?.Throw();
        }
        finally
        {
            jobBody = null;
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
        int last = 0;
        while (!stopped)
        {
            last = WaitForJob(last);
            RunBlocks(last, number);
        }
    }

    /// <summary>The number of a job other than <paramref name="last"/>, or after a wake-up whatever is there.</summary>
    private int WaitForJob(int last)
    {
        for (long end = Stopwatch.GetTimestamp() + PollingTicks; Stopwatch.GetTimestamp() < end;)
        {
            if (Volatile.Read(ref job) is var next && next != last) return next;
            Thread.SpinWait(4);
        }

        Interlocked.Increment(ref sleeping);
        // A job published between the last look and the increment would not wake this worker: look once more.
        if (Volatile.Read(ref job) == last) wake.Wait();
        Interlocked.Decrement(ref sleeping);
        return Volatile.Read(ref job);
    }

    private void RunBlocks(int number, int worker)
    {
        for (int i = 0; i < Count; i++)
        {
            while (TryTakeBlock(number, (worker + i) % Count, out int block))
            {
                try
                {
                    int from = block * jobBlockLength;
                    jobBody!(from, Math.Min(jobBlockLength, jobLength - from));
                }
                catch (Exception e)
                {
                    error ??= ExceptionDispatchInfo.Capture(e);
                }
                finally
                {
                    // Counted before the block is done, so that the counts are right when Run returns.
                    blocksRun[worker]++;
                    Interlocked.Increment(ref blocksDone);
                }
            }
        }
    }

    private bool TryTakeBlock(int number, int owner, out int block)
    {
        ref long state = ref shares[owner].State;
        while (true)
        {
            long seen = Volatile.Read(ref state);
            int left = (int)seen;
            block = 0;
            if ((int)(seen >> 32) != number || left == 0) return false;
            if (Interlocked.CompareExchange(ref state, seen - 1, seen) != seen) continue;
            // From here until the block is done the job stays the present one, with its number of blocks and its body.
            block = EndOfShare(owner) - left;
            return true;
        }
    }

    private int EndOfShare(int worker) => (int)((long)jobBlocks * (worker + 1) / Count);

    // Alone in its cache lines, of which processors fetch two at a time.
    [StructLayout(LayoutKind.Explicit, Size = 128)]
    private struct Share
    {
        [FieldOffset(0)]
        public long State;
    }
}

using System.Diagnostics;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace DeepSharp.Tensors;

/// <summary>The threads of a context. They run the numbered blocks of a kernel, in any order.</summary>
/// <remarks>
/// A kernel splits its work into blocks that depend only on the shape, and every block writes its own outputs. Results therefore do not
/// depend on the number of workers or on which worker runs which block. The blocks are divided into one contiguous range per worker. Each
/// worker first runs its own range in order and then takes blocks from the other ranges. A worker thus mostly reads data that it wrote
/// itself in the previous kernel; reading a cache line that another core wrote takes several times as long. Idle workers poll briefly
/// before they sleep, because the next kernel usually follows at once.
/// </remarks>
public sealed class Workers : IDisposable
{
    private static readonly long PollingTicks = Stopwatch.Frequency * Tuning.PollingMicroseconds / 1_000_000;

    private readonly SemaphoreSlim wake = new(0);
    private readonly long[] blocksRun;
    private int sleeping, busy, started;

    // The current job: one call of Run. Each part is the range of blocks of one worker. Its state holds the job number in the upper half
    // and the number of blocks not yet taken in the lower half. A worker that is still looking for blocks of an earlier job finds a
    // different number and takes none.
    private readonly Part[] parts;
    private int job, jobBlocks, jobLength, jobBlockLength, blocksDone;
    private Action<int, int>? jobBody;
    private ExceptionDispatchInfo? error;
    private volatile bool stopped;

    /// <summary>Creates workers. The calling thread is one of them; the other threads start with the first parallel kernel.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The count is below 1.</exception>
    public Workers(int count)
    {
        if (count < 1) throw new ArgumentOutOfRangeException(nameof(count), $"The number of workers must be at least 1, found {count}.");
        Count = count;
        blocksRun = new long[count];
        parts = new Part[count];
    }

    /// <summary>The number of workers, including the calling thread.</summary>
    public int Count { get; }

    /// <summary>
    /// The number of blocks that each worker has run; worker 0 is the calling thread. If there are several workers, kernels that run on the
    /// calling thread alone are not counted.
    /// </summary>
    public IReadOnlyList<long> BlocksRun => Array.AsReadOnly(blocksRun);

    /// <summary>Runs <paramref name="body"/> for the blocks 0 to <paramref name="blocks"/> − 1 and returns when all are done.</summary>
    /// <inheritdoc cref="Run(int, int, Action{int, int})"/>
    public void Run(int blocks, Action<int> body) => Run(blocks, 1, (block, _) => body(block));

    /// <summary>
    /// Runs <paramref name="body"/>(from, count) over <paramref name="length"/> elements in blocks of <paramref name="blockLength"/>.
    /// </summary>
    /// <remarks>
    /// The workers run one kernel at a time. A call from inside a block, or from a second thread while a kernel runs, runs on the calling
    /// thread alone. If blocks throw exceptions, this method rethrows one of them.
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
                Volatile.Write(ref parts[worker].State, ((long)(job + 1) << 32) | (uint)(EndOfPart(worker) - EndOfPart(worker - 1)));
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

    /// <summary>Stops the threads. The workers must not be used afterwards.</summary>
    public void Dispose()
    {
        stopped = true;
        if (started != 0) wake.Release(Count);
    }

    private void StartThreads()
    {
        for (int i = 1; i < Count; i++)
        {
            int worker = i;
            new Thread(() => Serve(worker)) { IsBackground = true, Name = $"DeepSharp worker {worker}" }.Start();
        }
    }

    private void Serve(int worker)
    {
        int last = 0;
        while (!stopped)
        {
            last = WaitForJob(last);
            RunBlocks(last, worker);
        }
    }

    /// <summary>Waits for a job other than <paramref name="last"/>, or for a wake-up, and returns the number of the current job.</summary>
    private int WaitForJob(int last)
    {
        for (long end = Stopwatch.GetTimestamp() + PollingTicks; Stopwatch.GetTimestamp() < end;)
        {
            if (Volatile.Read(ref job) is var next && next != last) return next;
            Thread.SpinWait(4);
        }

        Interlocked.Increment(ref sleeping);
        // A job published between the last poll and the increment would not wake this worker: check once more.
        if (Volatile.Read(ref job) == last) wake.Wait();
        Interlocked.Decrement(ref sleeping);
        return Volatile.Read(ref job);
    }

    private void RunBlocks(int jobNumber, int worker)
    {
        for (int i = 0; i < Count; i++)
        {
            while (TryTakeBlock(jobNumber, (worker + i) % Count, out int block))
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
                    // Counted before blocksDone is incremented, so that the counts are complete when Run returns.
                    blocksRun[worker]++;
                    Interlocked.Increment(ref blocksDone);
                }
            }
        }
    }

    private bool TryTakeBlock(int jobNumber, int owner, out int block)
    {
        ref long state = ref parts[owner].State;
        while (true)
        {
            long seen = Volatile.Read(ref state);
            int left = (int)seen;
            block = 0;
            if ((int)(seen >> 32) != jobNumber || left == 0) return false;
            if (Interlocked.CompareExchange(ref state, seen - 1, seen) != seen) continue;
            // Run does not return until this block is done, so jobBlocks and jobBody do not change before that.
            block = EndOfPart(owner) - left;
            return true;
        }
    }

    private int EndOfPart(int worker) => (int)((long)jobBlocks * (worker + 1) / Count);

    // Padded to two cache lines against false sharing, because some processors prefetch lines in pairs.
    [StructLayout(LayoutKind.Explicit, Size = 128)]
    private struct Part
    {
        [FieldOffset(0)]
        public long State;
    }
}

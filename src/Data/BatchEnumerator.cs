using System.Collections;
using System.Numerics;
using System.Runtime.ExceptionServices;

namespace DeepSharp.Data;

/// <summary>Enumerates the batches of a loader with two buffers: the caller reads one while a background thread fills the other.</summary>
internal sealed class BatchEnumerator<T> : IEnumerator<ImageBatch<T>>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly BatchLoader<T> loader;
    private readonly ImageBatch<T>?[] buffers = new ImageBatch<T>?[2];
    private readonly SemaphoreSlim free = new(2), ready = new(0);
    private readonly Thread thread;
    private ExceptionDispatchInfo? error;
    private volatile bool stopped;

    // The index of the batch whose filling failed, or −1; the number of batches taken so far; whether the caller holds a batch.
    private int failed = -1, taken;
    private bool lent, disposed;

    public BatchEnumerator(BatchLoader<T> loader)
    {
        this.loader = loader;
        thread = new Thread(FillBatches) { IsBackground = true, Name = "DeepSharp batches" };
        thread.Start();
    }

    public ImageBatch<T> Current =>
        lent ? buffers[(taken - 1) % 2]! : throw new InvalidOperationException("Batches: there is no current batch.");

    object IEnumerator.Current => Current;

    public bool MoveNext()
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        if (lent) free.Release();
        lent = false;
        if (taken == loader.Count) return false;
        ready.Wait();
        if (failed == taken)
        {
            // The thread ended when the error occurred, so there are no further batches.
            taken = loader.Count;
            error!.Throw();
        }

        taken++;
        return lent = true;
    }

    public void Reset() => throw new NotSupportedException("Batches cannot be rewound; enumerate the loader again.");

    public void Dispose()
    {
        if (disposed) return;
        disposed = true;
        lent = false;
        stopped = true;
        free.Release();
        thread.Join();
        foreach (var batch in buffers) batch?.Images.Dispose();
        free.Dispose();
        ready.Dispose();
    }

    private void FillBatches()
    {
        int filled = 0;
        try
        {
            int[]? order = loader.Order();
            byte[] pixels = loader.NewImage();
            for (; filled < loader.Count; filled++)
            {
                free.Wait();
                if (stopped) return;
                loader.Fill(ref buffers[filled % 2], loader.FirstBatch + filled, order, pixels);
                ready.Release();
            }
        }
        catch (Exception e)
        {
            error = ExceptionDispatchInfo.Capture(e);
            failed = filled;
            ready.Release();
        }
    }
}

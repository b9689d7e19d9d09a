using DeepSharp.Tensors;
using static DeepSharp.Data.Tests.BatchLoaderImages;

namespace DeepSharp.Data.Tests;

/// <summary>The thread that loads batches ahead: its buffers, its errors and its end.</summary>
public class BatchLoaderThreadTests
{
    [Fact]
    public void Batches_do_not_depend_on_the_speed_of_the_reader_or_the_consumer()
    {
        var data = RandomImages(count: 30, channels: 3, height: 6, width: 5);
        var expected = Copies(data.Batches(4, Augment.CropAndFlip, epoch: 1, context: TestContexts.Default));

        var slow = new Watched(data) { OnRead = index => Thread.Sleep(index % 3) };
        Assert.Equal(expected, Copies(slow.Batches(4, Augment.CropAndFlip, epoch: 1, context: TestContexts.Default)));
        Assert.Equal(expected, Copies(data.Batches(4, Augment.CropAndFlip, epoch: 1, context: TestContexts.Default), pause: 3));
    }

    [Fact]
    public void Loads_exactly_one_batch_ahead_while_one_is_in_use()
    {
        int read = 0;
        using var second = new ManualResetEventSlim();
        var data = new Watched(RandomImages(count: 12, channels: 1, height: 2, width: 2))
        {
            OnRead = _ =>
            {
                if (Interlocked.Increment(ref read) == 8) second.Set();
            },
        };
        using var batches = data.Batches(4, TestContexts.Default).GetEnumerator();
        Assert.True(batches.MoveNext());
        Assert.True(
            second.Wait(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken),
            "The second batch was not loaded while the first was in use.");
        // Gives the loader thread time to load too many batches.
        Thread.Sleep(20);
        Assert.Equal(8, Volatile.Read(ref read));
    }

    [Fact]
    public void Consecutive_batches_use_different_buffers_and_buffers_are_reused()
    {
        var data = RandomImages(count: 12, channels: 1, height: 2, width: 2);
        using var batches = data.Batches(4, TestContexts.Default).GetEnumerator();
        batches.MoveNext();
        var first = batches.Current;
        batches.MoveNext();
        var second = batches.Current;
        batches.MoveNext();

        Assert.NotSame(first.Images, second.Images);
        Assert.False(first.Labels == second.Labels, "Consecutive batches share one buffer of labels.");
        Assert.Same(first, batches.Current);
        Assert.False(batches.MoveNext());
        Assert.False(batches.MoveNext());
        batches.Dispose();
        var error = Assert.Throws<ObjectDisposedException>(() => first.Images.Read());
        Assert.Contains("created by Batches", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Allocates_nothing_after_the_first_batches()
    {
        using var context = new ComputeContext(new ComputeOptions { Workers = 1 });
        var allocated = new List<long>(1000);
        var data = new Watched(RandomImages(count: 100, channels: 3, height: 8, width: 8))
        {
            OnRead = _ => allocated.Add(GC.GetAllocatedBytesForCurrentThread()),
        };
        long consumer = 0, misses = 0;
        for (int epoch = 0; epoch < 3; epoch++)
        {
            allocated.Clear();
            if (epoch == 1) misses = context.Pool.Misses;
            foreach (var batch in data.Batches(10, Augment.CropAndFlip, epoch, context: context))
            {
                if (batch.Index == 2) consumer = GC.GetAllocatedBytesForCurrentThread();
                if (batch.Index == 9) Assert.Equal(consumer, GC.GetAllocatedBytesForCurrentThread());
            }

            // The loader thread allocates nothing from the third batch on, when both buffers exist.
            Assert.Equal(allocated[20], allocated[99]);
        }

        Assert.Equal(misses, context.Pool.Misses);
    }

    [Fact]
    public void An_error_in_the_data_set_is_thrown_when_its_batch_is_requested()
    {
        var data = new Watched(RandomImages(count: 12, channels: 1, height: 2, width: 2))
        {
            OnRead = index =>
            {
                if (index == 5) throw new IOException("The disk is gone.");
            },
        };
        using var batches = data.Batches(4, TestContexts.Default).GetEnumerator();
        // Gives the loader thread time to fail in the second batch before the first one is requested.
        Thread.Sleep(20);

        Assert.True(batches.MoveNext());
        Assert.Equal("The disk is gone.", Assert.Throws<IOException>(() => batches.MoveNext()).Message);
        Assert.Throws<InvalidOperationException>(() => batches.Current);
        Assert.False(batches.MoveNext());
    }

    [Fact]
    public void Leaving_the_loop_early_ends_the_loader_thread_and_releases_the_memory()
    {
        using var context = new ComputeContext(new ComputeOptions { Workers = 1 });
        Thread? loader = null;
        var data = new Watched(RandomImages(count: 100, channels: 1, height: 2, width: 2))
        {
            OnRead = _ => loader = Thread.CurrentThread,
        };
        foreach (var batch in data.Batches(2, context))
        {
            if (batch.Index == 3) break;
        }

        Assert.NotSame(Thread.CurrentThread, loader);
        Assert.False(loader!.IsAlive);
        Assert.Equal(2 * 512, context.Pool.BytesShelved);
    }
}

namespace DeepSharp.Tensors.Tests.Compute;

public class WorkersTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void Every_block_runs_exactly_once(int count)
    {
        using var workers = new Workers(count);
        for (int blocks = 0; blocks < 200; blocks++)
        {
            int[] runs = new int[blocks];
            workers.Run(blocks, block => Interlocked.Increment(ref runs[block]));
            Assert.All(runs, run => Assert.Equal(1, run));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Ranges_cover_every_element_exactly_once(int count)
    {
        using var workers = new Workers(count);
        foreach (var (length, blockLength) in (ReadOnlySpan<(int, int)>)[(0, 4), (1, 4), (4, 4), (5, 4), (1001, 7), (6, 1)])
        {
            int[] runs = new int[length];
            workers.Run(length, blockLength, (from, rangeLength) =>
            {
                Assert.Equal(Math.Min(blockLength, length - from), rangeLength);
                foreach (ref int run in runs.AsSpan(from, rangeLength)) Interlocked.Increment(ref run);
            });
            Assert.All(runs, run => Assert.Equal(1, run));
        }

        Assert.Throws<ArgumentOutOfRangeException>("blockLength", () => workers.Run(5, 0, (_, _) => { }));
    }

    [Fact]
    public void Every_worker_takes_blocks_and_counts_them()
    {
        using var workers = new Workers(3);
        // Each of three blocks waits for the other two, so three workers must take one each.
        using var together = new Barrier(3);
        workers.Run(3, _ => Assert.True(together.SignalAndWait(TimeSpan.FromSeconds(60))));
        Assert.Equal([1, 1, 1], workers.BlocksRun);
    }

    [Fact]
    public void Each_worker_takes_neighboring_blocks_first()
    {
        using var workers = new Workers(2);
        using var together = new Barrier(2);
        int[] threads = new int[8];
        // The barrier keeps the workers in step: neither finishes its half early, so neither takes blocks of the other half.
        workers.Run(8, block =>
        {
            threads[block] = Environment.CurrentManagedThreadId;
            Assert.True(together.SignalAndWait(TimeSpan.FromSeconds(60)));
        });
        Assert.Single(threads[..4].Distinct());
        Assert.Single(threads[4..].Distinct());
    }

    [Fact]
    public void Workers_without_remaining_blocks_help_the_others()
    {
        using var workers = new Workers(2);
        using var half = new ManualResetEventSlim();
        int left = 7;
        // Block 4, the first of the second half, waits for all other blocks, so the worker that is not waiting must run them all.
        workers.Run(8, block =>
        {
            if (block == 4) Assert.True(half.Wait(TimeSpan.FromSeconds(60)));
            else if (Interlocked.Decrement(ref left) == 0) half.Set();
        });
    }

    [Fact]
    public void Sleeping_workers_wake_up()
    {
        using var workers = new Workers(2);
        using var together = new Barrier(2);
        for (int round = 0; round < 5; round++)
        {
            workers.Run(2, _ => Assert.True(together.SignalAndWait(TimeSpan.FromSeconds(60))));
            Thread.Sleep(20);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void An_exception_in_a_block_is_rethrown_and_the_workers_remain_usable(int count)
    {
        using var workers = new Workers(count);
        for (int round = 0; round < 10; round++)
        {
            var error = Assert.Throws<InvalidOperationException>(() => workers.Run(100, block =>
            {
                if (block == 37) throw new InvalidOperationException("block 37");
            }));
            Assert.Equal("block 37", error.Message);
        }

        int runs = 0;
        workers.Run(100, _ => Interlocked.Increment(ref runs));
        Assert.Equal(100, runs);
    }

    [Fact]
    public void A_nested_run_uses_only_the_thread_of_its_block()
    {
        using var workers = new Workers(3);
        int runs = 0;
        workers.Run(10, _ =>
        {
            int thread = Environment.CurrentManagedThreadId;
            workers.Run(10, _ =>
            {
                Assert.Equal(thread, Environment.CurrentManagedThreadId);
                Interlocked.Increment(ref runs);
            });
        });
        Assert.Equal(100, runs);
    }

    [Fact]
    public void Several_threads_may_run_kernels_at_once()
    {
        using var workers = new Workers(3);
        int runs = 0;
        var threads = Enumerable.Range(0, 4).Select(_ => new Thread(() =>
        {
            for (int round = 0; round < 200; round++) workers.Run(20, _ => Interlocked.Increment(ref runs));
        })).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        Assert.Equal(4 * 200 * 20, runs);
    }

    [Fact]
    public void Fewer_than_one_worker_is_an_error() => Assert.Throws<ArgumentOutOfRangeException>(() => new Workers(0));
}

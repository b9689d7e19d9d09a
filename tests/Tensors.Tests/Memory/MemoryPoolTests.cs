using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace DeepSharp.Tensors.Tests.Memory;

public class MemoryPoolTests
{
    [Fact]
    public void Size_classes_waste_at_most_an_eighth()
    {
        var stream = new RandomStream(1, "sizes");
        for (int i = 0; i < 10_000; i++)
        {
            // Sizes of all magnitudes, and sizes around powers of two.
            long bytes = (i % 2 == 0 ? 1L << (9 + (i % 31)) : 513 + (stream.Word(i) >> (i % 23))) + (i % 5) - 2;
            long size = SizeClass.RoundUp(bytes);
            Assert.True(size >= bytes, $"{bytes} bytes do not fit into {size}.");
            if (bytes > SizeClass.MinBytes)
                Assert.True((size - bytes) * 8 <= size, $"{bytes} bytes leave more than an eighth of {size} bytes unused.");
            Assert.Equal(size, SizeClass.RoundUp(size));
            Assert.Equal(0, size % 64);
        }
    }

    [Fact]
    public void Memory_starts_at_a_cache_line()
    {
        var pool = new MemoryPool(fillWithNaN: false);
        for (int length = 1; length < 200; length += 7)
        {
            Assert.Equal(0, Address(pool.Rent<float>(length)) % 64);
            Assert.Equal(0, Address(pool.Rent<double>(length)) % 64);
            Assert.Equal(0, Address(pool.Rent<byte>(length)) % 64);
        }
    }

    [Fact]
    public void Released_memory_is_reused()
    {
        var pool = new MemoryPool(fillWithNaN: false);
        var first = pool.Rent<float>(1000);
        long address = Address(first);
        first.Dispose();
        first.Dispose();
        Assert.Equal((0, 1), (pool.Hits, pool.Misses));
        Assert.True(pool.BytesShelved >= 4000);
        // Another length of the same size class.
        using var second = pool.Rent<float>(990);
        Assert.Equal((1, 1), (pool.Hits, pool.Misses));
        Assert.Equal(address, Address(second));
        Assert.Equal(990, second.Length);
        Assert.Equal(0, pool.BytesShelved);
        // Memory that is released twice must not be rented twice.
        using var third = pool.Rent<float>(1000);
        Assert.NotEqual(address, Address(third));
    }

    [Fact]
    public void Released_memory_cannot_be_accessed()
    {
        var memory = new MemoryPool(fillWithNaN: false).Rent<int>(3);
        memory.Dispose();
        Assert.True(memory.IsDisposed);
        Assert.Throws<ObjectDisposedException>(() => memory.Memory);
        Assert.Throws<ObjectDisposedException>(() => memory.Span.Length);
    }

    [Fact]
    public void Rented_and_released_memory_is_filled_with_NaN_on_request()
    {
        var pool = new MemoryPool(fillWithNaN: true);
        var memory = pool.Rent<double>(100);
        var seen = memory.Memory;
        Assert.All(seen.ToArray(), x => Assert.Equal(double.NaN, x));
        seen.Span.Fill(1);
        memory.Dispose();
        // A read after the release returns NaN.
        Assert.All(seen.ToArray(), x => Assert.Equal(double.NaN, x));
        Assert.All(pool.Rent<float>(100).Span.ToArray(), x => Assert.Equal(float.NaN, x));
        Assert.All(pool.Rent<byte>(100).Span.ToArray(), x => Assert.Equal(255, x));
    }

    [Fact]
    public void Trim_frees_unused_memory()
    {
        var pool = new MemoryPool(fillWithNaN: false);
        pool.Rent<float>(1000).Dispose();
        pool.Trim();
        Assert.Equal(0, pool.BytesShelved);
        pool.Rent<float>(1000).Dispose();
        Assert.Equal((0, 2), (pool.Hits, pool.Misses));
    }

    [Fact]
    public void Threads_never_share_memory()
    {
        var pool = new MemoryPool(fillWithNaN: false);
        Parallel.For(0, 8, thread =>
        {
            for (int i = 0; i < 2000; i++)
            {
                using var memory = pool.Rent<int>(100);
                memory.Span.Fill(thread);
                foreach (int element in memory.Span) Assert.Equal(thread, element);
            }
        });
        Assert.True(pool.Misses <= 8);
    }

    private static unsafe long Address<T>(PooledMemory<T> memory)
        where T : unmanaged => (long)Unsafe.AsPointer(ref MemoryMarshal.GetReference(memory.Span));
}

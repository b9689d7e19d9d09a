namespace DeepSharp.Tensors;

/// <summary>Memory rented from a pool by exactly one owner; <see cref="Dispose"/> returns it to the pool.</summary>
/// <remarks>
/// The memory is pinned, so it never moves. It starts at a 64-byte boundary. Omitting <see cref="Dispose"/> costs speed but not
/// correctness: the garbage collector reclaims unreachable memory.
/// </remarks>
public sealed class PooledMemory<T> : IDisposable
    where T : unmanaged
{
    private readonly MemoryPool pool;
    private T[]? array;
    private readonly int offset;

    internal PooledMemory(MemoryPool pool, T[] array, int offset, int length)
    {
        this.pool = pool;
        this.array = array;
        this.offset = offset;
        Length = length;
    }

    /// <summary>The number of elements.</summary>
    public int Length { get; }

    /// <summary>Whether the memory was released.</summary>
    public bool IsDisposed => array is null;

    /// <summary>The memory.</summary>
    /// <exception cref="ObjectDisposedException">The memory was released.</exception>
    public Memory<T> Memory => (array ?? throw new ObjectDisposedException(nameof(PooledMemory<T>))).AsMemory(offset, Length);

    /// <summary>The memory as a span.</summary>
    /// <exception cref="ObjectDisposedException">The memory was released.</exception>
    public Span<T> Span => (array ?? throw new ObjectDisposedException(nameof(PooledMemory<T>))).AsSpan(offset, Length);

    /// <summary>Returns the memory to its pool. Disposing twice is harmless.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref array, null) is { } rented) pool.Return(rented);
    }
}

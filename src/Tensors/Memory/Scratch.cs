namespace DeepSharp.Tensors;

/// <summary>Pool memory released by the method that rents it: <c>using var scratch = pool.RentScratch&lt;T&gt;(length);</c></summary>
/// <remarks>
/// A training step rents scratch memory hundreds of times, so this type is a struct, which needs no heap allocation. It does not detect a
/// second release. For memory that outlives the method, use <see cref="PooledMemory{T}"/>.
/// </remarks>
internal readonly struct Scratch<T>(MemoryPool pool, T[] array, int offset, int length) : IDisposable
    where T : unmanaged
{
    /// <summary>The memory; its content is arbitrary.</summary>
    public Memory<T> Memory => array.AsMemory(offset, length);

    /// <summary>The memory as a span.</summary>
    public Span<T> Span => array.AsSpan(offset, length);

    /// <summary>Returns the memory to its pool. Must be called only once.</summary>
    public void Dispose() => pool.Return(array);
}

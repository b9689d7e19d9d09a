namespace DeepSharp.Tensors;

/// <summary>Pool memory that one method uses and releases: <c>using var scratch = pool.RentScratch&lt;T&gt;(length);</c></summary>
/// <remarks>
/// The kernels rent hundreds of them in a training step, so this type is a struct. A struct cannot tell whether it was released already.
/// Memory that outlives the method needs an owner: <see cref="PooledMemory{T}"/>.
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

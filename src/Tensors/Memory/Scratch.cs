namespace DeepSharp.Tensors;

/// <summary>Pool memory that lives in one method: <c>using var scratch = pool.RentScratch&lt;T&gt;(length);</c></summary>
/// <remarks>
/// A kernel rents hundreds of them in a training step, so this is a value and not an object; for the same reason it cannot tell whether it was given
/// back already. What is handed on has an owner, <see cref="PooledMemory{T}"/>.
/// </remarks>
internal readonly struct Scratch<T>(MemoryPool pool, T[] array, int offset, int length) : IDisposable
    where T : unmanaged
{
    /// <summary>The memory; its content is arbitrary.</summary>
    public Memory<T> Memory => array.AsMemory(offset, length);

    /// <summary>The memory as a span.</summary>
    public Span<T> Span => array.AsSpan(offset, length);

    /// <summary>Returns the memory to its pool, once.</summary>
    public void Dispose() => pool.Return(array);
}

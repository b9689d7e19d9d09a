using System.Runtime.CompilerServices;

namespace DeepSharp.Tensors;

/// <summary>Prefetches memory into the second-level cache, one part per call, so that a computation can spread the prefetches.</summary>
/// <param name="memory">The memory to prefetch.</param>
/// <param name="parts">The maximum number of parts. Parts are whole cache lines, so there can be fewer.</param>
internal ref struct MemoryAhead<T>(ReadOnlySpan<T> memory, int parts)
    where T : unmanaged
{
    private static readonly int Line = CacheHint.LineBytes / Unsafe.SizeOf<T>();

    private readonly ReadOnlySpan<T> memory = memory;
    private readonly int partLength = Packing.RoundUp((memory.Length + parts - 1) / parts, Line);
    private int prefetched;

    /// <summary>Prefetches the next part; does nothing after the last one.</summary>
    public void PrefetchPart()
    {
        int end = Math.Min(prefetched + partLength, memory.Length);
        for (; prefetched < end; prefetched += Line) CacheHint.PrefetchFar(in memory[prefetched]);
    }
}

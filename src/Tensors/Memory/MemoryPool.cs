using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace DeepSharp.Tensors;

/// <summary>Keeps released buffers and reuses them, so that a steady training step allocates nothing.</summary>
/// <remarks>Buffers are pinned, uninitialized arrays used from a 64-byte-aligned offset. Safe to use from several threads.</remarks>
public sealed class MemoryPool
{
    private const int Alignment = 64;

    private readonly Lock gate = new();
    private readonly Dictionary<(Type, long), object> shelves = [];
    private readonly bool fillWithNaN;
    private long hits, misses, liveBytes, bytesShelved, bytesMissedSinceCollection;

    internal MemoryPool(bool fillWithNaN) => this.fillWithNaN = fillWithNaN;

    /// <summary>The number of rentals that reused a released buffer.</summary>
    public long Hits => Interlocked.Read(ref hits);

    /// <summary>The number of rentals that allocated memory.</summary>
    public long Misses => Interlocked.Read(ref misses);

    /// <summary>The bytes of the released buffers that the pool holds.</summary>
    public long BytesShelved => Interlocked.Read(ref bytesShelved);

    /// <summary>Rents a buffer of <paramref name="length"/> elements with arbitrary content.</summary>
    public PooledMemory<T> Rent<T>(int length)
        where T : unmanaged
    {
        var (array, offset) = Take<T>(length);
        return new PooledMemory<T>(this, array, offset, length);
    }

    /// <summary>Like <see cref="Rent"/>, for memory that one method uses and releases.</summary>
    internal Scratch<T> RentScratch<T>(int length)
        where T : unmanaged
    {
        var (array, offset) = Take<T>(length);
        return new Scratch<T>(this, array, offset, length);
    }

    private (T[] Array, int Offset) Take<T>(int length)
        where T : unmanaged
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        long bytes = SizeClass.RoundUp(((long)length * Unsafe.SizeOf<T>()) + Alignment);
        T[]? array = null;
        lock (gate)
        {
            if (shelves.TryGetValue((typeof(T), bytes), out object? shelf) && ((Stack<T[]>)shelf).TryPop(out array))
            {
                hits++;
                bytesShelved -= bytes;
            }
            else
            {
                misses++;
            }
        }

        array ??= Allocate<T>(bytes);
        if (fillWithNaN) Poison(array);
        return (array, AlignedOffset(array));
    }

    internal void Return<T>(T[] array)
        where T : unmanaged
    {
        if (fillWithNaN) Poison(array);
        long bytes = (long)array.Length * Unsafe.SizeOf<T>();
        lock (gate)
        {
            if (!shelves.TryGetValue((typeof(T), bytes), out object? shelf)) shelves.Add((typeof(T), bytes), shelf = new Stack<T[]>());
            ((Stack<T[]>)shelf).Push(array);
            bytesShelved += bytes;
        }
    }

    /// <summary>Drops all released buffers, which the garbage collector then reclaims.</summary>
    public void Trim()
    {
        lock (gate)
        {
            shelves.Clear();
            bytesShelved = 0;
        }
    }

    /// <summary>
    /// Allocates a buffer. Large pinned arrays trigger collections too late for their size, so a program that never disposes would grow
    /// large before the first one. The pool forces a collection after allocating as many bytes as were alive after the last one, at least
    /// 64 MiB.
    /// </summary>
    private T[] Allocate<T>(long bytes)
        where T : unmanaged
    {
        bool collect;
        lock (gate)
        {
            bytesMissedSinceCollection += bytes;
            collect = bytesMissedSinceCollection > Math.Max(64L << 20, liveBytes);
            if (collect) bytesMissedSinceCollection = 0;
        }

        if (collect)
        {
            GC.Collect(2, GCCollectionMode.Forced, blocking: true);
            liveBytes = GC.GetTotalMemory(forceFullCollection: false);
        }

        return GC.AllocateUninitializedArray<T>(checked((int)(bytes / Unsafe.SizeOf<T>())), pinned: true);
    }

    private static unsafe int AlignedOffset<T>(T[] array)
        where T : unmanaged
    {
        // The array is pinned: its address, and therefore the offset, never changes.
        nuint address = (nuint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(array));
        return (int)((Alignment - (address % Alignment)) % Alignment) / Unsafe.SizeOf<T>();
    }

    private static void Poison<T>(T[] array)
        where T : unmanaged
    {
        if (typeof(T) == typeof(float)) ((float[])(object)array).AsSpan().Fill(float.NaN);
        else if (typeof(T) == typeof(double)) ((double[])(object)array).AsSpan().Fill(double.NaN);
        else MemoryMarshal.AsBytes(array.AsSpan()).Fill(0xFF);
    }
}

using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace DeepSharp.Tensors;

/// <summary>Reuses released buffers, so that training steps after the first few allocate no memory for tensors.</summary>
/// <remarks>A buffer is a pinned array, used from its first 64-byte boundary onward. The pool is thread-safe.</remarks>
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

    /// <summary>The total size in bytes of the released buffers that the pool holds.</summary>
    public long BytesShelved => Interlocked.Read(ref bytesShelved);

    /// <summary>Rents a buffer of <paramref name="length"/> elements with arbitrary content.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The length is below 0.</exception>
    public PooledMemory<T> Rent<T>(int length)
        where T : unmanaged
    {
        var (array, offset) = Take<T>(length);
        return new PooledMemory<T>(this, array, offset, length);
    }

    /// <summary>Like <see cref="Rent"/>, for memory that is released by the method that rents it.</summary>
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
    /// Allocates a buffer. Large pinned arrays trigger garbage collections too late, so a program that never disposes its tensors would use
    /// a lot of memory before the first collection. The pool therefore forces a collection after it has allocated more bytes than were live
    /// after the previous collection, and more than 64 MiB.
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

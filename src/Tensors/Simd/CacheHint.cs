using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace DeepSharp.Tensors;

/// <summary>Prefetch hints to the processor. They never change a result.</summary>
internal static class CacheHint
{
    /// <summary>The length of a cache line in bytes on x86 processors. On other processors, no hints are issued.</summary>
    public const int LineBytes = 64;

    /// <summary>Prefetches the cache line at an address that will be read or written soon; does nothing except on x86.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe void Prefetch<T>(ref readonly T address)
        where T : unmanaged
    {
        // A hint may point to any address: it is harmless if the address is invalid or if the garbage collector moves the object.
        if (Sse.IsSupported) Sse.Prefetch0(Unsafe.AsPointer(ref Unsafe.AsRef(in address)));
    }

    /// <summary>Prefetches rows that are too short for the hardware prefetcher to detect; does nothing except on x86.</summary>
    /// <remarks>Issues one hint for every 64 bytes of a row. If a row begins inside a cache line, its last line may be missed.</remarks>
    /// <param name="near">An element of the array.</param>
    /// <param name="start">Elements from <paramref name="near"/> to the first row. Rows may lie outside the array.</param>
    /// <param name="rows">The number of rows.</param>
    /// <param name="rowStep">Elements from one row to the next.</param>
    /// <param name="length">Elements of a row.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe void PrefetchRows<T>(ref readonly T near, nint start, int rows, nint rowStep, int length)
        where T : unmanaged
    {
        if (!Sse.IsSupported) return;
        T* row = (T*)Unsafe.AsPointer(ref Unsafe.AsRef(in near)) + start;
        for (int i = 0; i < rows; i++, row += rowStep)
        {
            for (int j = 0; j < length; j += LineBytes / sizeof(T)) Sse.Prefetch0(row + j);
        }
    }

    /// <summary>Like <see cref="Prefetch"/>, but into the second-level cache, for memory that is needed later.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe void PrefetchFar<T>(ref readonly T address)
        where T : unmanaged
    {
        if (Sse.IsSupported) Sse.Prefetch1(Unsafe.AsPointer(ref Unsafe.AsRef(in address)));
    }
}

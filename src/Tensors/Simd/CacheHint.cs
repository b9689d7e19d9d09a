using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace DeepSharp.Tensors;

/// <summary>Hints to the processor; they change no result.</summary>
internal static class CacheHint
{
    /// <summary>The length of a cache line of all processors that have the hint.</summary>
    public const int LineBytes = 64;

    /// <summary>Asks for the cache line at an address that will be read or written soon; where the processor has no such hint, nothing.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe void Prefetch<T>(ref readonly T address)
        where T : unmanaged
    {
        // A hint may point anywhere: it does no harm should the collector move what is there, or should nothing be there.
        if (Sse.IsSupported) Sse.Prefetch0(Unsafe.AsPointer(ref Unsafe.AsRef(in address)));
    }

    /// <summary>Asks for rows that are too short for the processor to notice that they are read in order.</summary>
    /// <param name="near">An element of the array.</param>
    /// <param name="start">Elements from it to the first row, which need not exist.</param>
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

    /// <summary>As <see cref="Prefetch"/>, into the second-level cache: for what will be needed later.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe void PrefetchFar<T>(ref readonly T address)
        where T : unmanaged
    {
        if (Sse.IsSupported) Sse.Prefetch1(Unsafe.AsPointer(ref Unsafe.AsRef(in address)));
    }
}

using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace DeepSharp.Tensors;

/// <summary>Hints to the processor; they change no result.</summary>
internal static class CacheHint
{
    /// <summary>Asks for the cache line at an address that will be read or written soon; where the processor has no such hint, nothing.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe void Prefetch<T>(ref readonly T address)
        where T : unmanaged
    {
        // A hint may point anywhere: it does no harm should the collector move what is there, or should nothing be there.
        if (Sse.IsSupported) Sse.Prefetch0(Unsafe.AsPointer(ref Unsafe.AsRef(in address)));
    }
}

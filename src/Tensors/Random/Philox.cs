using System.Runtime.CompilerServices;

namespace DeepSharp.Tensors;

/// <summary>The counter-based generator Philox 4×32-10 of Salmon et al., "Parallel random numbers: as easy as 1, 2, 3" (SC'11).</summary>
/// <remarks>
/// A pure function of a 128-bit counter and a 64-bit key: any element of a stream can be computed without computing earlier ones.
/// </remarks>
internal static class Philox
{
    private const uint Multiplier0 = 0xD2511F53, Multiplier1 = 0xCD9E8D57;
    private const uint Weyl0 = 0x9E3779B9, Weyl1 = 0xBB67AE85;

    /// <summary>Four random 32-bit words for a counter (c0 lowest) and a key (k0 lowest).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (uint R0, uint R1, uint R2, uint R3) Block(uint c0, uint c1, uint c2, uint c3, uint k0, uint k1)
    {
        for (int round = 0; round < 10; round++)
        {
            ulong p0 = (ulong)Multiplier0 * c0, p1 = (ulong)Multiplier1 * c2;
            (c0, c1, c2, c3) = ((uint)(p1 >> 32) ^ c1 ^ k0, (uint)p1, (uint)(p0 >> 32) ^ c3 ^ k1, (uint)p0);
            k0 += Weyl0;
            k1 += Weyl1;
        }

        return (c0, c1, c2, c3);
    }
}

using System.Numerics;

namespace DeepSharp.Tensors;

/// <summary>
/// The buffer sizes of the pool: eight size classes per power of two, so that rounding up wastes at most 12.5 % above the smallest class.
/// </summary>
internal static class SizeClass
{
    /// <summary>The smallest size class, in bytes: eight cache lines.</summary>
    public const int MinBytes = 512;

    /// <summary>The smallest class that holds <paramref name="bytes"/>.</summary>
    public static long RoundUp(long bytes)
    {
        if (bytes <= MinBytes) return MinBytes;
        long step = 1L << (BitOperations.Log2((ulong)(bytes - 1)) - 3);
        return (bytes + step - 1) / step * step;
    }
}

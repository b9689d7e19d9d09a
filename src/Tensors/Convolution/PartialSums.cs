using System.Runtime.CompilerServices;

namespace DeepSharp.Tensors;

/// <summary>How the sum of a weight gradient over the pixels of a batch is cut into parts, which workers compute side by side and which are then added in their order.</summary>
internal static class PartialSums
{
    private const int Most = 16;

    // All of them together should stay in the last-level cache.
    private const int MostBytes = 16 << 20;

    /// <summary>The number of parts, none of them empty, and how many pieces each has.</summary>
    /// <param name="length">The elements of a sum.</param>
    /// <param name="pieces">The pieces that the pixels are cut into.</param>
    public static (int Parts, int PiecesPerPart) Of<T>(int length, int pieces)
    {
        int most = Math.Clamp((int)(MostBytes / ((long)length * Unsafe.SizeOf<T>())), 1, Math.Min(Most, pieces)), perPart = (pieces + most - 1) / most;
        return ((pieces + perPart - 1) / perPart, perPart);
    }
}

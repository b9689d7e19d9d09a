using System.Numerics;
using System.Runtime.InteropServices;

namespace DeepSharp.Tensors;

/// <summary>The product of any number of rows, which lie anywhere in memory, with one packed panel of weights.</summary>
internal static class PanelProduct
{
    // Rows of at most so many elements end before the processor has begun to fetch ahead in them.
    private const int ShortRow = 64;

    /// <summary>c = a · panel, or c += a · panel. The depth is cut so that a piece of the panel stays in the second-level cache while all rows pass by.</summary>
    /// <param name="a">[rows, depth], in memory that whole tiles of rows may be read from.</param>
    /// <param name="aRow">Elements from one row of a to the next.</param>
    /// <param name="panel">[depth][2 vectors].</param>
    /// <param name="depth">The length of the sums.</param>
    /// <param name="c">[rows, columns].</param>
    /// <param name="cRow">Elements from one row of c to the next.</param>
    /// <param name="rows">The number of rows.</param>
    /// <param name="columns">How many of the panel's columns exist.</param>
    /// <param name="accumulate">Whether c is added to; otherwise it is overwritten.</param>
    public static void Run<TSimd, TVector, T>(
        ReadOnlySpan<T> a, int aRow, ReadOnlySpan<T> panel, int depth, Span<T> c, int cRow, int rows, int columns, bool accumulate = false)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int panelColumns = MicroKernel.Vectors * TSimd.Width, maxDepth = GemmBlocks.MostDepth;
        for (int k = 0; k < depth; k += maxDepth)
        {
            ref readonly T piece = ref MemoryMarshal.GetReference(panel[(k * panelColumns)..]);
            var tile = TileRows.Evenly(aRow, 1, Math.Min(maxDepth, depth - k));
            for (int i = 0; i < rows; i += MicroKernel.Rows)
            {
                if (tile.Length <= ShortRow && i + MicroKernel.Rows < rows)
                    CacheHint.PrefetchRows(in a[(i * aRow) + k], MicroKernel.Rows * aRow, MicroKernel.Rows, aRow, (int)tile.Length);
                MicroKernel.RunPart<TSimd, TVector, T>(
                    in a[(i * aRow) + k], tile, in piece, panelColumns,
                    ref c[i * cRow], cRow, Math.Min(MicroKernel.Rows, rows - i), columns, T.One, accumulate || k > 0);
            }
        }
    }
}

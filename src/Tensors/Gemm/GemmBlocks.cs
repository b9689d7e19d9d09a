using System.Numerics;

namespace DeepSharp.Tensors;

/// <summary>The block sizes of the loop nest of <see cref="GemmKernel"/>, chosen to fit the caches.</summary>
/// <remarks>
/// <code>
/// level      holds             elements              for float at 512 bits
/// registers  tile of C            6 × 2 vectors      6 × 32
/// L1         rows of A            6 × Depth          6 × 512   = 12 KiB
/// L2         panel of B       Depth × 2 vectors      512 × 32  = 64 KiB
///            block of A   BlockRows × Depth          96 × 512  = 192 KiB
/// L3         packed A and B                          1536 × 1536, 1536 × 2048
/// </code>
/// A panel of B is read from the second-level cache, which is fast enough for the micro-kernel. A panel of smaller depth would fit the
/// first level, but C would be re-read more often, which costs more. The block sizes do not depend on the number of workers, and neither do
/// the places where a sum is split.
/// </remarks>
/// <param name="PanelColumns">Columns of a panel of B: two vectors.</param>
/// <param name="Depth">The maximum depth of a block. The depth is the inner dimension of a product, over which it sums.</param>
/// <param name="BlockRows">The maximum number of rows of a block of A or C.</param>
/// <param name="BlockColumns">The maximum number of columns of a block of C.</param>
internal readonly record struct GemmBlocks(int PanelColumns, int Depth, int BlockRows, int BlockColumns)
{
    /// <summary>The maximum number of rows of A that are packed at once.</summary>
    public int PackedRows => BlockRows * Tuning.GemmPackedRowBlocks;

    /// <summary>The maximum number of columns of B that are packed at once.</summary>
    public int PackedColumns => BlockColumns * Tuning.GemmPackedColumnBlocks;

    /// <summary>The block sizes for a vector width.</summary>
    public static GemmBlocks For<T>(VectorWidth width)
        where T : unmanaged, IFloatingPointIeee754<T> => Of<T>(width, Tuning.MaxDepth, Tuning.GemmBlockColumns);

    /// <summary>The block sizes for an A with few rows. B is then read in place, a few of its rows at a time, from left to right.</summary>
    public static GemmBlocks ForFewRows<T>(VectorWidth width)
        where T : unmanaged, IFloatingPointIeee754<T> => Of<T>(width, Tuning.FewRowsDepth, Tuning.FewRowsColumns);

    private static GemmBlocks Of<T>(VectorWidth width, int depth, int columns)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int panelColumns = MicroKernel.Vectors * SimdDispatch.Lanes<T>(width);
        return new GemmBlocks(panelColumns, depth, Tuning.GemmBlockRows, BlockColumns: Math.Max(columns / panelColumns, 1) * panelColumns);
    }
}

using System.Numerics;

namespace DeepSharp.Tensors;

/// <summary>The block sizes of the loop nest, from the sizes of the caches.</summary>
/// <remarks>
/// <code>
/// level      holds                                   floats, 512 bits
/// registers  tile of C            6 × 2 vectors      6 × 32
/// L1         rows of A            6 × Depth          6 × 512   = 12 KiB
/// L2         panel of B       Depth × 2 vectors      512 × 32  = 64 KiB
///            block of A   BlockRows × Depth          96 × 512  = 192 KiB
/// L3         slices of packed A and B                1536 × 1536, 1536 × 2048
/// </code>
/// A panel of B is read from the second-level cache, which keeps up with the micro-kernel; a shorter one would fit the first level, but then C is
/// re-read more often, which costs more. The sizes depend on the vector width alone, never on the number of workers: a sum is always cut in the same places.
/// </remarks>
internal readonly record struct GemmBlocks(int PanelColumns, int Depth, int BlockRows, int BlockColumns)
{
    /// <summary>The longest sum that the micro-kernel computes at once.</summary>
    public const int MostDepth = 512;

    /// <summary>The rows of A up to which B is read where it lies: with few rows packing it would take longer than multiplying by it.</summary>
    public const int FewRows = 8 * MicroKernel.Rows;

    /// <summary>Depth of A and B packed at once.</summary>
    public const int SliceDepth = 3 * MostDepth;

    private const int SliceBlocks = 8;

    /// <summary>Rows of A packed at once.</summary>
    public int SliceRows => BlockRows * 2 * SliceBlocks;

    /// <summary>Columns of B packed at once.</summary>
    public int SliceColumns => BlockColumns * SliceBlocks;

    /// <summary>The blocks for vectors of a width.</summary>
    public static GemmBlocks For<T>(VectorWidth width)
        where T : unmanaged, IFloatingPointIeee754<T> => Of<T>(width, MostDepth, columns: 256);

    /// <summary>The blocks for few rows, where the rows of B are read where they lie: 16 of them at a time, each from left to right.</summary>
    public static GemmBlocks ForFewRows<T>(VectorWidth width)
        where T : unmanaged, IFloatingPointIeee754<T> => Of<T>(width, depth: 16, columns: 512);

    private static GemmBlocks Of<T>(VectorWidth width, int depth, int columns)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int panelColumns = MicroKernel.Vectors * SimdDispatch.Lanes<T>(width);
        return new GemmBlocks(panelColumns, depth, BlockRows: 16 * MicroKernel.Rows, BlockColumns: Math.Max(columns / panelColumns, 1) * panelColumns);
    }
}

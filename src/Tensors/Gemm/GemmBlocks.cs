using System.Numerics;
using System.Runtime.CompilerServices;

namespace DeepSharp.Tensors;

/// <summary>The block sizes of the loop nest, from the sizes of the caches.</summary>
/// <remarks>
/// <code>
/// level      holds                                   floats, 512 bits
/// registers  tile of C            6 × 2 vectors      6 × 32
/// L1         panel of B       Depth × 2 vectors      192 × 32  = 24 KiB
/// L2         block of A   BlockRows × Depth          96 × 192  = 72 KiB
///            block of B       Depth × BlockColumns   192 × 256 = 192 KiB
/// L3         slices of packed A and B                1536 × 1536, 1536 × 2048
/// </code>
/// They depend on the vector width alone, never on the number of workers: a sum is always cut in the same places.
/// </remarks>
internal readonly record struct GemmBlocks(int PanelColumns, int Depth, int BlockRows, int BlockColumns)
{
    // Three quarters of a first-level cache of 32 KiB; the rest is for a and c passing by.
    private const int PanelBytes = 24 << 10;
    private const int SliceBlocks = 8;

    /// <summary>Rows of A packed at once.</summary>
    public int SliceRows => BlockRows * 2 * SliceBlocks;

    /// <summary>Columns of B packed at once.</summary>
    public int SliceColumns => BlockColumns * SliceBlocks;

    /// <summary>Depth of A and B packed at once.</summary>
    public int SliceDepth => Depth * SliceBlocks;

    /// <summary>The depth at which a panel of B fills its part of the first-level cache.</summary>
    public static int DepthFor<T>(int panelColumns)
        where T : unmanaged => Math.Min(384, PanelBytes / (panelColumns * Unsafe.SizeOf<T>()));

    /// <summary>The blocks for vectors of a width.</summary>
    public static GemmBlocks For<T>(VectorWidth width)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int panelColumns = MicroKernel.Vectors * SimdDispatch.Lanes<T>(width);
        return new GemmBlocks(panelColumns, DepthFor<T>(panelColumns), BlockRows: 16 * MicroKernel.Rows, BlockColumns: Math.Max(256 / panelColumns, 1) * panelColumns);
    }
}

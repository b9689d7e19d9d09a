using System.Runtime.CompilerServices;

namespace DeepSharp.Tensors;

/// <summary>
/// The dimensions of one Winograd convolution, [N, C, H, W] to [N, K, OH, OW], and the layout of its scratch memory.
/// </summary>
/// <remarks>
/// <code>
/// v [points][tiles][C]                  transformed input; rows padded to whole panels, plus a vector against cache aliasing
/// u [points][panels][C][2 vectors]      transformed weights, in the order of the micro-kernel
/// m [points][tiles][K of some panels]   products, to be transformed into outputs; rows padded by a vector
/// </code>
/// For the input gradient, C and K are exchanged, and so are input and output. The tasks are:
/// <code>
///         WinogradForward               WinogradByPanels
///             K →                           K →
/// tiles   ┌───────────────┐     tiles   ┌────┬────┬────┐
///   ↓     │    task 0     │       ↓     │    │    │    │
///         ├───────────────┤             │  0 │  1 │  2 │
///         │    task 1     │             │    │    │    │
///         └───────────────┘             └────┴────┴────┘
/// </code>
/// </remarks>
internal readonly record struct WinogradPlan
{
    private WinogradPlan(
        int outputSize, int lanes, int elementSize, int n, int c, int h, int w, int k, int oh, int ow, int paddingHeight, int paddingWidth)
    {
        (N, C, H, W, K, OutputHeight, OutputWidth) = (n, c, h, w, k, oh, ow);
        (PaddingHeight, PaddingWidth, OutputSize) = (paddingHeight, paddingWidth, outputSize);
        Points = (outputSize + 2) * (outputSize + 2);
        TilesHigh = (oh + outputSize - 1) / outputSize;
        TilesWide = (ow + outputSize - 1) / outputSize;
        Tiles = n * TilesHigh * TilesWide;
        PanelColumns = MicroKernel.Vectors * lanes;
        Panels = (k + PanelColumns - 1) / PanelColumns;
        InputRow = Packing.RoundUp(c, PanelColumns) + lanes;
        GoesByPanels = (long)Points * c * k * elementSize > Tuning.WinogradLargeWeightBytes || Tiles <= Tuning.WinogradFewTiles;
        PanelsAtOnce = GoesByPanels ? 1 : Math.Min(Panels, Tuning.WinogradPanelsAtOnce);
        ProductRow = (PanelsAtOnce * PanelColumns) + lanes;
        long tileBytes = (long)Points * (InputRow + ProductRow) * elementSize;
        int fitting = (int)((GoesByPanels ? Tuning.WinogradSharedBytes : Tuning.WinogradBlockBytes) / tileBytes)
            / MicroKernel.Rows * MicroKernel.Rows;
        int wanted = GoesByPanels ? Tiles : (Tiles + Tuning.WinogradMinBlocks - 1) / Tuning.WinogradMinBlocks;
        BlockTiles = Math.Min(Math.Max(fitting, 2 * MicroKernel.Rows), Packing.RoundUp(wanted, MicroKernel.Rows));
    }

    public int N { get; }

    public int C { get; }

    public int H { get; }

    public int W { get; }

    public int K { get; }

    public int OutputHeight { get; }

    public int OutputWidth { get; }

    public int PaddingHeight { get; }

    public int PaddingWidth { get; }

    /// <summary>m, the number of outputs along a side of a tile.</summary>
    public int OutputSize { get; }

    /// <summary>t², the number of points of a tile.</summary>
    public int Points { get; }

    public int TilesHigh { get; }

    public int TilesWide { get; }

    /// <summary>The number of tiles in the batch.</summary>
    public int Tiles { get; }

    /// <summary>Output channels of a panel of transformed weights: two vectors.</summary>
    public int PanelColumns { get; }

    public int Panels { get; }

    /// <summary>The number of panels that are multiplied before their products are transformed.</summary>
    public int PanelsAtOnce { get; }

    /// <summary>Elements from one tile to the next in v.</summary>
    public int InputRow { get; }

    /// <summary>Elements from one tile to the next in m.</summary>
    public int ProductRow { get; }

    /// <summary>
    /// Whether tasks are panels of output channels, see <see cref="WinogradByPanels"/>, rather than blocks of tiles. True if the
    /// transformed weights are too large to be read again for every small block of tiles, or if there are too few tiles for blocks.
    /// </summary>
    public bool GoesByPanels { get; }

    /// <summary>The maximum number of tiles of a block, a multiple of the micro-kernel's rows.</summary>
    public int BlockTiles { get; }

    /// <summary>Elements of v or m for one block of tiles, where <paramref name="row"/> is the length of a row of v or m.</summary>
    public int BlockElements(int row) => Points * PointStep(BlockTiles, row);

    /// <summary>Whether tasks are panels and one block contains all tiles. Each task then transforms uncached weights itself.</summary>
    public bool IsOneBlock => GoesByPanels && BlockTiles >= Tiles;

    /// <summary>Elements from one point to the next in u. Has an extra row: a power of two would map all points to one cache set.</summary>
    public int WeightStep => ((Panels * C) + 1) * PanelColumns;

    /// <summary>The plan of a forward convolution.</summary>
    public static WinogradPlan Forward<T>(in ConvolutionShape s, int outputSize, VectorWidth width)
        where T : unmanaged => new(
            outputSize, SimdDispatch.Lanes<T>(width), Unsafe.SizeOf<T>(), s.N, s.C, s.H, s.W, s.K, s.OutputHeight, s.OutputWidth,
            s.Window.PaddingHeight, s.Window.PaddingWidth);

    /// <summary>The plan of an input gradient: the output gradient, padded by 2 − padding, convolved with rotated weights.</summary>
    public static WinogradPlan InputGradient<T>(in ConvolutionShape s, int outputSize, VectorWidth width)
        where T : unmanaged => new(
            outputSize, SimdDispatch.Lanes<T>(width), Unsafe.SizeOf<T>(), s.N, s.K, s.OutputHeight, s.OutputWidth, s.C, s.H, s.W,
            2 - s.Window.PaddingHeight, 2 - s.Window.PaddingWidth);

    /// <summary>
    /// Elements from one point to the next in v or m. Has an extra vector: otherwise all points of a tile could map to one cache set.
    /// </summary>
    public int PointStep(int tiles, int row) => (tiles * row) + (PanelColumns / MicroKernel.Vectors);

    /// <summary>The image and the first output pixel of a tile.</summary>
    public (int Image, int Row, int Column) Tile(int tile)
    {
        var (row, column) = Math.DivRem(tile, TilesWide);
        var (image, high) = Math.DivRem(row, TilesHigh);
        return (image, high * OutputSize, column * OutputSize);
    }

    /// <summary>
    /// The image rows from the top of the first tile to the top of the tile after the range, without padding: approximately the rows that
    /// the tiles cover. For prefetching only.
    /// </summary>
    public ReadOnlySpan<T> Rows<T>(ReadOnlySpan<T> images, int height, int rowLength, int firstTile, int tiles)
    {
        // A tile may begin below the last row if padding makes the output larger than the input.
        int length = images.Length;
        return images[Start(Tile(firstTile))..Start(Tile(firstTile + tiles))];

        int Start((int Image, int Row, int Column) tile) =>
            (int)Math.Min((((long)tile.Image * height) + Math.Min(tile.Row, height)) * rowLength, length);
    }
}

namespace DeepSharp.Tensors;

/// <summary>All constants chosen by measurement: sizes that fit caches, and thresholds between algorithms.</summary>
/// <remarks>
/// Measured on two processors with caches of 32 KiB, 512 KiB to 1 MiB and 32 MiB (Zen 3 and Zen 4), in float unless stated otherwise. The
/// constants are the same in every run, so results are reproducible. Some constants determine the order of summation: changing one of them
/// changes the last bits of results.
/// </remarks>
internal static class Tuning
{
    // Workers.

    /// <summary>
    /// How long an idle worker polls for the next kernel before it sleeps. The kernels of a step are some 10 µs apart, and waking a thread
    /// takes some 10 µs, too. Polling for longer would take processor time from other threads.
    /// </summary>
    public const int PollingMicroseconds = 100;

    // Elementwise kernels, reductions, copies.

    /// <summary>
    /// Elements of a block of elementwise work: 32 Ki floats are 128 KiB, so the work far outweighs the cost of assigning the block.
    /// </summary>
    public const int BlockElements = 1 << 15;

    /// <summary>Rows of a part of a column sum. A part is summed in T, and the parts in double. This bounds the rounding error.</summary>
    public const int SumRows = 256;

    /// <summary>
    /// Maximum columns of a block of a column sum. Rows of at most an eighth of this length are joined to rows of at most a quarter.
    /// </summary>
    public const int SumColumns = 256;

    /// <summary>Terms of a run of a sum. A run is summed in T, and the runs in double. This bounds the rounding error.</summary>
    public const int SumRun = 1024;

    /// <summary>Rows and columns of the square tile of a transposing copy: 4 KiB of floats in the source and 4 KiB in the target.</summary>
    public const int TransposeTile = 32;

    // Batch normalization.

    /// <summary>Rows of a tile: the sums of one vector of channels stay in registers while these rows are added.</summary>
    public const int ChannelTileRows = 8;

    /// <summary>The minimum and maximum number of rows of a block; the last block may be shorter. One task processes one block.</summary>
    public const int MinChannelRows = 32, MaxChannelRows = 1024;

    // Matrix products. GemmBlocks explains how the sizes are related.

    /// <summary>
    /// The maximum length of a sum in one call of the micro-kernel. A panel of B of this depth is read from the second-level cache,
    /// which is fast enough.
    /// </summary>
    public const int MaxDepth = 512;

    /// <summary>The depth of A and B that is packed at once.</summary>
    public const int GemmPackedDepth = 3 * MaxDepth;

    /// <summary>Rows of a packed block of A: 192 KiB with <see cref="MaxDepth"/>.</summary>
    public const int GemmBlockRows = 16 * MicroKernel.Rows;

    /// <summary>Columns of a block of C. One task computes one block.</summary>
    public const int GemmBlockColumns = 256;

    /// <summary>Blocks of rows of A, and of columns of B, that are packed at once: packed A and B fit the last-level cache.</summary>
    public const int GemmPackedRowBlocks = 16, GemmPackedColumnBlocks = 8;

    /// <summary>Maximum rows of A for which a row-major B is read in place: packing B would take longer than the multiplication.</summary>
    public const int FewRows = 8 * MicroKernel.Rows;

    /// <summary>If A has few rows: the rows of B that are read at a time, and the columns of C that one task computes.</summary>
    public const int FewRowsDepth = 16, FewRowsColumns = 512;

    /// <summary>Panels of B that one task packs.</summary>
    public const int PanelsPerTask = 4;

    /// <summary>Elements of a column of B that packing transposes at once: a cache line of floats.</summary>
    public const int PackRun = 16;

    /// <summary>
    /// How many rows ahead packing prefetches a row-major B. The rows of a panel are short and far apart, so the hardware prefetcher does
    /// not detect them.
    /// </summary>
    public const int PackRunsAhead = 8;

    /// <summary>
    /// The maximum length of sums for which the tile of C is prefetched. This makes the products of Winograd's weight gradient
    /// 1.3 to 1.5 times as fast.
    /// </summary>
    public const int ShortSum = 160;

    /// <summary>The maximum length of rows of A that are prefetched: such rows end before the hardware prefetcher detects them.</summary>
    public const int ShortRow = 64;

    /// <summary>Maximum rows of A for which dot products are faster than the micro-kernel with packed operands.</summary>
    public const int DotMaxRows = 16;

    /// <summary>Columns of C that one task computes by dot products.</summary>
    public const int DotColumns = 48;

    // The choice of a convolution algorithm.

    /// <summary>
    /// Maximum output pixels of a batch for which the time to read the weights dominates. The algorithms with the smallest weights are then
    /// fastest.
    /// </summary>
    public const int FewPixels = 64;

    /// <summary>Minimum output pixels of a batch for which reading Winograd's transformed weights pays off.</summary>
    public const int WinogradMinPixels = 17;

    /// <summary>
    /// Minimum input channels, and minimum output channels, for which Winograd's transforms cost less than the multiplications that they
    /// save.
    /// </summary>
    public const int WinogradMinChannels = 8;

    /// <summary>Minimum images for which one matrix product per pair of input and output pixel fills the micro-kernel's tiles.</summary>
    public const int DenseMinBatch = 8;

    /// <summary>
    /// Maximum pixels of a map: 4·4 pairs of input and output pixel take fewer products than the 36 points of Winograd's F(4×4, 3×3).
    /// </summary>
    public const int DenseMaxMap = 4;

    /// <summary>
    /// Maximum pairs of input and output pixel that the dense algorithm accepts, and maximum taps (positions in the kernel) for which it is
    /// chosen, because unused taps waste memory.
    /// </summary>
    public const int DenseMaxPairs = 1 << 12, DenseMaxTaps = 25;

    /// <summary>
    /// Minimum pixels of a map. A task computes rows of one image and reads all weights, so a smaller map would be too little work.
    /// </summary>
    public const int ImplicitGemmMinMap = 32;

    /// <summary>
    /// Maximum weights for which the sum of the weight gradient can be split into enough parts: about 4 in float, see
    /// <see cref="MaxPartsBytes"/>.
    /// </summary>
    public const int ImplicitGemmMaxWeights = 1 << 20;

    /// <summary>Minimum weights of a 1×1 kernel for which the weight gradient has enough blocks to keep the workers busy.</summary>
    public const int PointwiseMinWeights = 1 << 17;

    // Convolutions by matrix products.

    /// <summary>
    /// Output pixels of a task, rounded down to whole rows, but at least one row: enough to reuse each panel of weights many times, few
    /// enough that one panel of dy stays in the first-level cache.
    /// </summary>
    public const int ImplicitGemmPixels = 192;

    /// <summary>Window elements for which one task adds the parts of the weight gradient.</summary>
    public const int PatchElementsPerTask = 96;

    /// <summary>
    /// Output pixels of a task: <see cref="Im2ColMinPixels"/>, or as many as have <see cref="Im2ColElements"/> window elements together,
    /// whichever is more, rounded down to whole rows.
    /// </summary>
    public const int Im2ColMinPixels = 768, Im2ColElements = 1 << 17;

    /// <summary>
    /// Desired number of tasks of the input gradient, and window elements computed at once, which stay in the second-level cache.
    /// </summary>
    public const int Col2ImMinTasks = 16, Col2ImElements = 1 << 16;

    /// <summary>Minimum elements of a run for which calling a vectorized addition pays off.</summary>
    public const int Col2ImLongRun = 32;

    /// <summary>
    /// The maximum number of parts that the sum of a weight gradient is split into, and the maximum bytes of all parts together, which
    /// should stay in the last-level cache. A single part may be larger.
    /// </summary>
    public const int MaxParts = 16, MaxPartsBytes = 16 << 20;

    // Winograd.

    /// <summary>Bytes of the transformed input and products of a block of tiles: they stay in a second-level cache of 1 MiB.</summary>
    public const int WinogradBlockBytes = 768 << 10;

    /// <summary>
    /// The desired minimum number of blocks of tiles, and the maximum number of tiles for which tasks are panels instead of blocks.
    /// </summary>
    public const int WinogradMinBlocks = 4, WinogradFewTiles = 16;

    /// <summary>Panels that are multiplied before their products are transformed: two leave most of the cache to the input.</summary>
    public const int WinogradPanelsAtOnce = 2;

    /// <summary>
    /// Maximum bytes of transformed weights that are read again for every small block of tiles. Larger weights are read once for as many
    /// tiles as possible.
    /// </summary>
    public const int WinogradLargeWeightBytes = 12 << 20;

    /// <summary>Like <see cref="WinogradBlockBytes"/>, but if tasks are panels: the block then stays in the last-level cache.</summary>
    public const int WinogradSharedBytes = 12 << 20;

    /// <summary>Tiles of a task that computes only transforms.</summary>
    public const int WinogradTilesPerTask = 8;

    /// <summary>Channels of a tile that are transformed at once: their input window stays in the first-level cache.</summary>
    public const int WinogradChannels = 64;

    /// <summary>The depth of a panel of weights that is transformed at once: the result stays in the second-level cache.</summary>
    public const int WinogradDepths = 64;

    /// <summary>
    /// Tiles of one sum of the weight gradient. In float, a single sum over thousands of tiles would lose three bits more than a
    /// sum of such sums.
    /// </summary>
    public const int WinogradTilesPerSum = 64;

    /// <summary>
    /// The maximum number of parts of the weight gradient, and the maximum bytes of all parts together: each of several parts stays in a
    /// second-level cache.
    /// </summary>
    public const int WinogradMaxParts = 8, WinogradMaxPartsBytes = 5 << 19;

    /// <summary>
    /// Bytes of the transformed operands of a block of tiles that all workers multiply together: they stay in the last-level cache.
    /// </summary>
    public const int WinogradGradientBlockBytes = 6 << 20;

    /// <summary>Rows of the matrix of sums of a Winograd point that one task computes.</summary>
    public const int WinogradSumRows = 8 * MicroKernel.Rows;

    /// <summary>The number of rows, of <paramref name="rowElements"/> elements each, in a block of elementwise work.</summary>
    public static int RowsPerBlock(int rowElements) => Math.Max(1, BlockElements / rowElements);
}

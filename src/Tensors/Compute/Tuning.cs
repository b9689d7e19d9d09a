namespace DeepSharp.Tensors;

/// <summary>Every constant that was chosen by measuring: sizes that fit caches, and thresholds between algorithms. No other file has one.</summary>
/// <remarks>
/// Measured on two processors with caches of 32 KiB, 512 KiB to 1 MiB and 32 MiB (Zen 3 and Zen 4), in float unless it says otherwise. They depend on
/// nothing that varies between runs, so results do not either. Some decide in which order a sum is added: changing these changes the last bits.
/// </remarks>
internal static class Tuning
{
    // Workers.

    /// <summary>
    /// How long a worker looks for the next kernel before it sleeps. Between two kernels of a step there are some 10 µs of other work, and waking a sleeper
    /// takes about as long; one that looks for longer takes the processor from others that have work for it.
    /// </summary>
    public const int PollingMicroseconds = 100;

    // Elementwise kernels, reductions, copies.

    /// <summary>Elements of a block of elementwise work: 32 Ki floats are 128 KiB, well over the cost of handing a block out.</summary>
    public const int BlockElements = 1 << 15;

    /// <summary>Rows of a column sum that are added before their sum joins the others: it bounds the rounding error.</summary>
    public const int SumRows = 256;

    /// <summary>Columns that a column sum adds at once: their sums stay in the first-level cache.</summary>
    public const int SumColumns = 256;

    /// <summary>Elements of a run that are added before their sum joins the others: it bounds the rounding error.</summary>
    public const int SumRun = 1024;

    /// <summary>Rows and columns of a square that a transposing copy moves at once: it touches 32 cache lines on either side.</summary>
    public const int TransposeTile = 32;

    // Batch normalization.

    /// <summary>Rows of channels that pass by while the sums of a vector of channels stay in registers.</summary>
    public const int ChannelRowGroup = 8;

    /// <summary>Rows of channels that a task takes, at least and at most.</summary>
    public const int MinChannelRows = 32, MaxChannelRows = 1024;

    // Matrix products. See GemmBlocks for how the sizes hang together.

    /// <summary>The longest sum that the micro-kernel computes at once. A panel of B is then read from the second-level cache, which keeps up.</summary>
    public const int MaxDepth = 512;

    /// <summary>Depth of A and B that is packed at once.</summary>
    public const int SliceDepth = 3 * MaxDepth;

    /// <summary>Rows of a packed block of A: 192 KiB with <see cref="MaxDepth"/>.</summary>
    public const int GemmBlockRows = 16 * MicroKernel.Rows;

    /// <summary>Columns of C that a task takes.</summary>
    public const int GemmBlockColumns = 256;

    /// <summary>Blocks of rows, and of columns, that are packed at once; A and B then fit the last-level cache.</summary>
    public const int GemmSliceRowBlocks = 16, GemmSliceColumnBlocks = 8;

    /// <summary>Rows of A up to which B is read where it is: packing it would take longer than multiplying by it.</summary>
    public const int FewRows = 8 * MicroKernel.Rows;

    /// <summary>Rows of B that are read at a time, and columns of a task, where there are few rows.</summary>
    public const int FewRowsDepth = 16, FewRowsColumns = 512;

    /// <summary>Panels of B that a task packs.</summary>
    public const int PanelsPerTask = 4;

    /// <summary>Elements of a column that are transposed at once while packing: a cache line of floats.</summary>
    public const int PackRun = 16;

    /// <summary>So many short runs before they are copied they are prefetched: the processor does not see what they have in common.</summary>
    public const int PackRunsAhead = 8;

    /// <summary>Sums up to this length prefetch their tile of C: the products of Winograd's weight gradient gained a factor of 1.3 to 1.5.</summary>
    public const int ShortSum = 160;

    /// <summary>Rows of A up to this length end before the processor has begun to prefetch in them.</summary>
    public const int ShortRow = 64;

    /// <summary>Rows of A up to which dot products are faster than the micro-kernel with packed operands.</summary>
    public const int DotMaxRows = 16;

    /// <summary>Columns of a task of dot products.</summary>
    public const int DotColumns = 48;

    // The choice of a convolution algorithm.

    /// <summary>Output pixels of a batch up to which reading the weights is what counts, so that algorithms with small weights win.</summary>
    public const int FewPixels = 64;

    /// <summary>Output pixels of a batch from which Winograd's transformed weights are worth reading.</summary>
    public const int WinogradMinPixels = 17;

    /// <summary>Channels from which Winograd's transforms cost less than the multiplications that they save.</summary>
    public const int WinogradMinChannels = 8;

    /// <summary>Images from which a matrix product for each pair of pixels fills the tiles of the micro-kernel.</summary>
    public const int DenseMinBatch = 8;

    /// <summary>Pixels of the map up to which the pairs of pixels are fewer than Winograd's points.</summary>
    public const int DenseMaxMap = 4;

    /// <summary>Pairs of pixels and taps of a kernel up to which these matrix products fit in memory and waste little of it.</summary>
    public const int DenseMaxPairs = 1 << 12, DenseMaxTaps = 25;

    /// <summary>Pixels of a map from which an image alone is enough for a task that reads all weights.</summary>
    public const int ImplicitGemmMinMap = 32;

    /// <summary>Weights up to which enough partial sums fit in memory to keep the workers busy.</summary>
    public const int ImplicitGemmMaxWeights = 1 << 20;

    /// <summary>Weights of a 1×1 kernel from which its gradient has enough blocks to keep the workers busy.</summary>
    public const int PointwiseMinWeights = 1 << 17;

    // Convolutions by matrix products.

    /// <summary>Output pixels of a task: each panel of weights serves for many, and their part of dy stays in the first-level cache.</summary>
    public const int ImplicitGemmPixels = 192;

    /// <summary>Places of the window whose partial sums one task adds up.</summary>
    public const int PlacesPerTask = 96;

    /// <summary>Pixels, or elements of windows, that are copied at once: enough that packing costs little, few enough to stay near the cache.</summary>
    public const int Im2ColMinPixels = 768, Im2ColElements = 1 << 17;

    /// <summary>Tasks at least of the input gradient, and elements of the windows of one: they stay in the second-level cache.</summary>
    public const int Col2ImMinTasks = 16, Col2ImElements = 1 << 16;

    /// <summary>Elements from which adding a run is worth the call of a kernel.</summary>
    public const int Col2ImLongRun = 32;

    /// <summary>Parts at most that the sum of a weight gradient is cut into, and their bytes together: they should stay in the last-level cache.</summary>
    public const int MaxParts = 16, MaxPartsBytes = 16 << 20;

    // Winograd.

    /// <summary>Bytes of the transformed input and products of a block of tiles: they stay in a second-level cache of 1 MiB.</summary>
    public const int WinogradBlockBytes = 768 << 10;

    /// <summary>Blocks at least that tiles are cut into, and tiles up to which tasks are panels of channels instead.</summary>
    public const int WinogradMinBlocks = 4, WinogradFewTiles = 16;

    /// <summary>Panels that are multiplied before their products are transformed: two leave most of the cache to the input.</summary>
    public const int WinogradPanelsPerGroup = 2;

    /// <summary>Transformed weights above this are read once for as many tiles as possible rather than once for every block.</summary>
    public const int WinogradLargeWeightBytes = 12 << 20;

    /// <summary>Bytes of the transformed input and products of these tiles, in the last-level cache.</summary>
    public const int WinogradSharedBytes = 12 << 20;

    /// <summary>Tiles of a task that only transforms.</summary>
    public const int WinogradTilesPerTask = 8;

    /// <summary>Channels that a transform takes through a row of tiles: their windows stay in the first-level cache.</summary>
    public const int WinogradChannels = 64;

    /// <summary>Depths of a panel whose weights are transformed at once: they stay in the second-level cache.</summary>
    public const int WinogradDepths = 64;

    /// <summary>Tiles of one sum of the weight gradient: one over thousands would lose three bits more in float than sums of sums.</summary>
    public const int WinogradTilesPerSum = 64;

    /// <summary>Parts at most of that sum, and their bytes together: each worker's stay in its second-level cache.</summary>
    public const int WinogradMaxParts = 8, WinogradMaxPartsBytes = 5 << 19;

    /// <summary>Bytes of the transformed operands of a stage that the workers share, in the last-level cache.</summary>
    public const int WinogradStageBytes = 6 << 20;

    /// <summary>Rows of the sums of a point that a task takes.</summary>
    public const int WinogradSumRows = 8 * MicroKernel.Rows;

    /// <summary>How many rows of <paramref name="rowElements"/> make a block of elementwise work.</summary>
    public static int RowsPerBlock(int rowElements) => Math.Max(1, BlockElements / rowElements);
}

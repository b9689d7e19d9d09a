using System.Numerics;

namespace DeepSharp.Tensors;

/// <summary>The operands of a weight gradient and the layout of its scratch memory.</summary>
/// <remarks>
/// <code>
/// v    [points][tiles][C]   transformed input
/// d    [points][tiles][K]   transformed gradient of the output, stored after all of v
/// sums [points][K][C]       their products, summed over tiles
/// </code>
/// Rows are padded, see <see cref="WinogradPlan"/>. The products read v and d in this order, so nothing is packed.
/// </remarks>
internal sealed record WinogradGradientOperands<T>(WinogradPlan Plan, ReadOnlyMemory<T> X, ReadOnlyMemory<T> Dy)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Rows of the sums of a point: output channels, rounded up to a multiple of the micro-kernel's rows.</summary>
    public int SumRows { get; } = Packing.RoundUp(Plan.K, MicroKernel.Rows);

    /// <summary>Columns of the sums of a point: input channels, rounded up to whole panels.</summary>
    public int SumColumns { get; } = Packing.RoundUp(Plan.C, Plan.PanelColumns);

    /// <summary>Elements of the sums of all points.</summary>
    public int SumElements => Plan.Points * SumRows * SumColumns;

    /// <summary>The number of blocks of <see cref="Tuning.WinogradTilesPerSum"/> tiles. The products of a block form one sum.</summary>
    public int TileBlocks => (Plan.Tiles + Tuning.WinogradTilesPerSum - 1) / Tuning.WinogradTilesPerSum;

    /// <summary>The number of elements that the transforms of <c>tiles</c> tiles read and write: pixels of x and dy, and points.</summary>
    public long TransformElements(int tiles) =>
        (long)tiles * ((Plan.C * (long)((Plan.OutputSize + 2) * (Plan.OutputSize + 2)))
            + (Plan.K * (long)(Plan.OutputSize * Plan.OutputSize)) + (Plan.Points * (long)(Plan.C + Plan.K)));

    /// <summary>The number of multiply-adds for <c>tiles</c> tiles and <c>rows</c> rows of the sums of one point.</summary>
    public long Products(int tiles, int rows) => (long)tiles * rows * SumColumns;

    /// <summary>The number of elements that these multiply-adds read and write.</summary>
    public long ProductElements(int tiles, int rows) => ((long)tiles * (rows + SumColumns)) + (2L * rows * SumColumns);

    /// <summary>Elements from one tile to the next in d.</summary>
    public int GradientRow => SumRows + Lanes;

    /// <summary>Elements of v and d for one tile.</summary>
    public int TileElements => Plan.Points * (Plan.InputRow + GradientRow);

    private int Lanes => Plan.PanelColumns / MicroKernel.Vectors;

    /// <summary>Elements of v and d for a number of tiles.</summary>
    public int BlockElements(int tiles) => Plan.Points * (Plan.PointStep(tiles, Plan.InputRow) + Plan.PointStep(tiles, GradientRow));
}

/// <summary>A block of tiles of a weight gradient: its transforms, in scratch memory, and the sums of their products.</summary>
internal readonly struct WinogradGradientBlock<TTile, T>(
    WinogradGradientOperands<T> operands, Memory<T> transformed, int capacity, Memory<T> sums, int firstTile, int tiles, bool accumulate)
    where TTile : struct, IWinogradTile
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>The number of tiles, at most the capacity of the scratch memory.</summary>
    public int Tiles => tiles;

    /// <summary>The input rows of the next block of the same length, approximately. For prefetching only.</summary>
    public ReadOnlySpan<T> NextInput =>
        operands.Plan.Rows(operands.X.Span, operands.Plan.H, operands.Plan.W * operands.Plan.C, firstTile + tiles, tiles);

    /// <summary>The rows of the output gradient for the next block of the same length, approximately. For prefetching only.</summary>
    public ReadOnlySpan<T> NextGradient =>
        operands.Plan.Rows(
            operands.Dy.Span, operands.Plan.OutputHeight, operands.Plan.OutputWidth * operands.Plan.K, firstTile + tiles, tiles);

    private int InputStep => operands.Plan.PointStep(capacity, operands.Plan.InputRow);

    private int GradientStep => operands.Plan.PointStep(capacity, operands.GradientRow);

    private Span<T> Gradients => transformed.Span[(operands.Plan.Points * InputStep)..];

    /// <summary>Computes v = Bᵀ x B and d = A dy Aᵀ for a range of the tiles.</summary>
    public void Transform<TSimd, TVector>(int first, int count)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
    {
        var plan = operands.Plan;
        WinogradImage.Transform<WinogradTransform.Input<TTile>, TSimd, TVector, T>(
            operands.X.Span, plan.H, plan.W, plan.C, plan, plan.PaddingHeight, plan.PaddingWidth, firstTile + first, count,
            transformed.Span[(first * plan.InputRow)..], InputStep, plan.InputRow);
        WinogradImage.Transform<WinogradTransform.OutputGradient<TTile>, TSimd, TVector, T>(
            operands.Dy.Span, plan.OutputHeight, plan.OutputWidth, plan.K, plan, 0, 0, firstTile + first, count,
            Gradients[(first * operands.GradientRow)..], GradientStep, operands.GradientRow);
    }

    /// <summary>
    /// Computes sums[point] (+)= d[point]ᵀ · v[point] for a range of rows, <see cref="Tuning.WinogradTilesPerSum"/> tiles at a time.
    /// </summary>
    public void Multiply<TSimd, TVector>(int point, int firstRow, int endRow)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
    {
        int inputRow = operands.Plan.InputRow, gradientRow = operands.GradientRow, columns = operands.SumColumns;
        var v = transformed.Span[(point * InputStep)..];
        var d = Gradients[(point * GradientStep)..];
        var sum = sums.Span[(((point * operands.SumRows) + firstRow) * columns)..];
        for (int tile = 0; tile < tiles; tile += Tuning.WinogradTilesPerSum)
        {
            var path = new SumPath(Math.Min(Tuning.WinogradTilesPerSum, tiles - tile), Step: gradientRow);
            for (int c = 0; c < columns; c += operands.Plan.PanelColumns)
            {
                PanelProduct.Run<EvenRows, TSimd, TVector, T>(
                    d[((tile * gradientRow) + firstRow)..], new(1), endRow - firstRow, path, v[((tile * inputRow) + c)..], inputRow,
                    sum[c..], columns, operands.Plan.PanelColumns, new(T.One, accumulate || tile > 0));
            }
        }
    }
}

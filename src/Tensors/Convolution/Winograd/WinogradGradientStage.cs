using System.Numerics;
using System.Runtime.CompilerServices;

namespace DeepSharp.Tensors;

/// <summary>What a weight gradient is computed from, and how its scratch memory is laid out.</summary>
/// <remarks>
/// <code>
/// v    [points][tiles][C]   transformed input
/// d    [points][tiles][K]   transformed gradient of the output, after all of v
/// sums [points][K][C]       their products, summed over tiles
/// </code>
/// Both are read in the order in which they are written: nothing is packed.
/// </remarks>
internal sealed record WinogradGradientOperands<T>(WinogradPlan Plan, ReadOnlyMemory<T> X, ReadOnlyMemory<T> Dy)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Tiles of one sum: one over thousands would lose three bits more in float than sums of sums.</summary>
    public const int TilesPerSum = 64;

    // The sums of all parts together, and the most parts.
    private const int PartsBytes = 5 << 19;
    private const int MostParts = 8;

    /// <summary>How many parts the tiles are cut into, each with sums of its own; 1 where the sums are large.</summary>
    public int Parts => (int)Math.Clamp(PartsBytes / ((long)SumElements * Unsafe.SizeOf<T>()), 1, Math.Min(MostParts, Runs));

    private int Runs => (Plan.Tiles + TilesPerSum - 1) / TilesPerSum;

    /// <summary>Rows of the sums of a point: output channels in whole tiles of the micro-kernel.</summary>
    public int SumRows { get; } = Packing.RoundUp(Plan.K, MicroKernel.Rows);

    /// <summary>Columns of the sums of a point: input channels in whole panels.</summary>
    public int SumColumns { get; } = Packing.RoundUp(Plan.C, Plan.PanelColumns);

    /// <summary>Elements of the sums of all points.</summary>
    public int SumElements => Plan.Points * SumRows * SumColumns;

    /// <summary>The first tile of a part; of the number of parts, the number of tiles.</summary>
    public int FirstTile(int part) => Math.Min((int)((long)Runs * part / Parts) * TilesPerSum, Plan.Tiles);

    /// <summary>Elements from one tile to the next in d.</summary>
    public int GradientRow => SumRows + Lanes;

    /// <summary>Elements of v and d for one tile.</summary>
    public int TileElements => Plan.Points * (Plan.InputRow + GradientRow);

    private int Lanes => Plan.PanelColumns / MicroKernel.Vectors;

    /// <summary>Elements of v and d for a number of tiles.</summary>
    public int StageElements(int tiles) => Plan.Points * (Plan.PointStep(tiles, Plan.InputRow) + Plan.PointStep(tiles, GradientRow));
}

/// <summary>Some tiles of a weight gradient: their transforms in scratch memory, and the sums that their products go to.</summary>
internal readonly struct WinogradGradientStage<TTile, T>(
    WinogradGradientOperands<T> operands, Memory<T> transformed, int capacity, Memory<T> sums, int firstTile, int tiles, bool accumulate)
    where TTile : struct, IWinogradTile
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>The number of tiles, at most the capacity of the scratch memory.</summary>
    public int Tiles => tiles;

    /// <summary>The input rows of the next stage of the same length, rounded to whole rows.</summary>
    public ReadOnlySpan<T> NextInput => operands.Plan.Rows(operands.X.Span, operands.Plan.H, operands.Plan.W * operands.Plan.C, firstTile + tiles, tiles);

    /// <summary>… of the gradient of the output.</summary>
    public ReadOnlySpan<T> NextGradient =>
        operands.Plan.Rows(operands.Dy.Span, operands.Plan.OutputHeight, operands.Plan.OutputWidth * operands.Plan.K, firstTile + tiles, tiles);

    private int InputStep => operands.Plan.PointStep(capacity, operands.Plan.InputRow);

    private int GradientStep => operands.Plan.PointStep(capacity, operands.GradientRow);

    private Span<T> Gradients => transformed.Span[(operands.Plan.Points * InputStep)..];

    /// <summary>v = Bᵀ x B and d = A dy Aᵀ of some of the tiles.</summary>
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

    /// <summary>sums[point] (+)= d[point]ᵀ · v[point] for some rows of the sums, sum by sum.</summary>
    public void Multiply<TSimd, TVector>(int point, int firstRow, int endRow)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
    {
        int tilesPerSum = WinogradGradientOperands<T>.TilesPerSum, inputRow = operands.Plan.InputRow, gradientRow = operands.GradientRow, columns = operands.SumColumns;
        ref T v = ref transformed.Span[point * InputStep], d = ref Gradients[point * GradientStep];
        ref T sum = ref sums.Span[point * operands.SumRows * columns];
        for (int tile = 0; tile < tiles; tile += tilesPerSum)
        {
            var rows = TileRows.Evenly(1, gradientRow, Math.Min(tilesPerSum, tiles - tile));
            for (int c = 0; c < columns; c += operands.Plan.PanelColumns)
            {
                for (int k = firstRow; k < endRow; k += MicroKernel.Rows)
                {
                    MicroKernel.Run<TSimd, TVector, T>(
                        in Unsafe.Add(ref d, (tile * gradientRow) + k), rows, in Unsafe.Add(ref v, (tile * inputRow) + c), inputRow,
                        ref Unsafe.Add(ref sum, (k * columns) + c), columns, T.One, accumulate || tile > 0);
                }
            }
        }
    }
}

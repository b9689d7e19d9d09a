namespace DeepSharp.Tensors;

/// <summary>The positions of the rows of a left operand. Implemented by structs, so that the product is specialized for each.</summary>
internal interface IRowSource
{
    /// <summary>Elements from the beginning of a row to the beginning of a later row.</summary>
    /// <param name="row">The index of the first row.</param>
    /// <param name="ahead">The number of rows from the first to the later one.</param>
    nint Distance(int row, int ahead);

    /// <summary>
    /// The number of existing rows of a tile. It is a constant except in edge tiles, so other tiles have no branches for missing rows.
    /// </summary>
    int Present { get; }
}

/// <summary>Evenly spaced rows: those of matrices, packed blocks and transformed tiles.</summary>
/// <param name="Step">Elements from one row to the next.</param>
internal readonly record struct EvenRows(nint Step) : IRowSource
{
    /// <inheritdoc/>
    public nint Distance(int row, int ahead) => ahead * Step;

    /// <inheritdoc/>
    public int Present => MicroKernel.Rows;
}

/// <summary>Rows that begin at offsets in a table: windows or window elements in padded image rows, see <see cref="PaddedRows"/>.</summary>
/// <param name="starts">The offset of each row, in ascending order.</param>
internal readonly ref struct RowTable(ReadOnlySpan<int> starts) : IRowSource
{
    private readonly ReadOnlySpan<int> starts = starts;

    /// <inheritdoc/>
    public nint Distance(int row, int ahead) => starts[row + ahead] - starts[row];

    /// <inheritdoc/>
    public int Present => MicroKernel.Rows;
}

/// <summary>The rows of an edge tile. Missing rows repeat the last existing one.</summary>
internal readonly ref struct ClampedRows<TRows>(TRows rows, int present) : IRowSource
    where TRows : struct, IRowSource, allows ref struct
{
    private readonly TRows rows = rows;

    /// <inheritdoc/>
    public nint Distance(int row, int ahead) => rows.Distance(row, Math.Min(ahead, present - 1));

    /// <inheritdoc/>
    public int Present => present;
}

/// <summary>How a sum steps through a row of the left operand: in runs of elements.</summary>
/// <remarks>
/// A row of a matrix is one run. The window of a convolution has one run for each of its rows:
/// <code>
/// [x x x x] · · · · [x x x x] · · · · [x x x x]      Runs = 3, Length = 4, Step = 1
/// └──── RunStep ───┘
/// </code>
/// </remarks>
/// <param name="Length">Elements of a run.</param>
/// <param name="Runs">The number of runs.</param>
/// <param name="Step">The distance in memory from one element of a run to the next, in elements.</param>
/// <param name="RunStep">The distance in memory from one run to the next, in elements.</param>
internal readonly record struct SumPath(int Length, int Runs = 1, nint Step = 1, nint RunStep = 0);

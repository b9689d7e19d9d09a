namespace DeepSharp.Tensors;

/// <summary>Where the rows of the left operand of a product begin. A struct, so that the product is compiled for each kind.</summary>
internal interface IRowSource
{
    /// <summary>Elements from the beginning of a row to that of another one.</summary>
    /// <param name="row">The row.</param>
    /// <param name="ahead">How many rows further the other one is.</param>
    nint Distance(int row, int ahead);

    /// <summary>How many rows of a tile exist: a constant but at the edge, so that tiles within have no branches for it.</summary>
    int Present { get; }
}

/// <summary>Rows that are evenly apart: those of a matrix, of packed blocks, of transformed tiles.</summary>
/// <param name="Step">Elements from one row to the next.</param>
internal readonly record struct EvenRows(nint Step) : IRowSource
{
    /// <inheritdoc/>
    public nint Distance(int row, int ahead) => ahead * Step;

    /// <inheritdoc/>
    public int Present => MicroKernel.Rows;
}

/// <summary>Rows that begin anywhere: the windows of a convolution in padded rows of the image, see <see cref="PaddedRows"/>.</summary>
/// <param name="starts">Where each begins, in ascending order.</param>
internal readonly ref struct RowTable(ReadOnlySpan<int> starts) : IRowSource
{
    private readonly ReadOnlySpan<int> starts = starts;

    /// <inheritdoc/>
    public nint Distance(int row, int ahead) => starts[row + ahead] - starts[row];

    /// <inheritdoc/>
    public int Present => MicroKernel.Rows;
}

/// <summary>The rows of a tile at the edge: those that do not exist are the last one once more.</summary>
internal readonly ref struct ClampedRows<TRows>(TRows rows, int present) : IRowSource
    where TRows : struct, IRowSource, allows ref struct
{
    private readonly TRows rows = rows;

    /// <inheritdoc/>
    public nint Distance(int row, int ahead) => rows.Distance(row, Math.Min(ahead, present - 1));

    /// <inheritdoc/>
    public int Present => present;
}

/// <summary>How the sums of a product go through a row: runs of elements. A matrix has one run, a window one for each of its rows.</summary>
/// <param name="Length">Elements of a run.</param>
/// <param name="Runs">The number of runs.</param>
/// <param name="Step">Elements of memory from one element of a run to the next.</param>
/// <param name="RunStep">Elements of memory from one run to the next.</param>
internal readonly record struct SumPath(int Length, int Runs = 1, nint Step = 1, nint RunStep = 0);

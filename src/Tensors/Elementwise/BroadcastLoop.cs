namespace DeepSharp.Tensors;

/// <summary>
/// Iterates over two operands that broadcast to one output: the rows of the output in storage order, and where the rows of the operands begin.
/// </summary>
/// <remarks>
/// Axes without a gap in either operand are merged: equal shapes and scalars are one long row, [N,C,H,W] with [1,C,1,1] is N·H·W rows of C elements,
/// because storage is channels-last. Rows are cut into pieces of at most <see cref="Tuning.BlockElements"/>, so that workers share one long row.
/// </remarks>
internal sealed class BroadcastLoop
{
    private readonly List<Axis> outer = [];
    private readonly Axis row;
    private readonly int pieceLength, piecesPerRow;

    /// <summary>A loop over <paramref name="output"/>, to which the shapes of both operands broadcast.</summary>
    public BroadcastLoop(Shape output, Shape left, Shape right)
    {
        row = new Axis(1, 1, 1);
        int[] leftStrides = StorageLayout.Strides(left), rightStrides = StorageLayout.Strides(right);
        // From the fastest axis in storage to the slowest; a length of 1 is no loop.
        var order = StorageLayout.StorageOrder(output.Rank);
        bool first = true;
        for (int i = order.Length - 1; i >= 0; i--)
        {
            if (output[order[i]] == 1) continue;
            int fromEnd = output.Rank - order[i];
            var axis = new Axis(output[order[i]], Stride(left, leftStrides, fromEnd), Stride(right, rightStrides, fromEnd));
            if (first) row = axis;
            else if (outer.Count == 0 && axis.Continues(row)) row = row.Times(axis.Length);
            else if (outer.Count > 0 && axis.Continues(outer[^1])) outer[^1] = outer[^1].Times(axis.Length);
            else outer.Add(axis);
            first = false;
        }

        pieceLength = Math.Min(row.Length, Tuning.BlockElements);
        piecesPerRow = (row.Length + pieceLength - 1) / pieceLength;
        PieceCount = output.ElementCount / row.Length * piecesPerRow;
    }

    /// <summary>The distance between neighbours of a row in the left operand; 0 where all are the same element.</summary>
    public int LeftStep => row.LeftStride;

    /// <summary>The distance between neighbours of a row in the right operand; 0 where all are the same element.</summary>
    public int RightStep => row.RightStride;

    /// <summary>The number of pieces.</summary>
    public int PieceCount { get; }

    /// <summary>How many pieces make a block of parallel work.</summary>
    public int PiecesPerBlock => Tuning.BlockElements / pieceLength;

    /// <summary>Where a piece begins in the output and in each operand, and its length.</summary>
    public (int Output, int Left, int Right, int Length) Piece(int number)
    {
        var (rowNumber, part) = Math.DivRem(number, piecesPerRow);
        int start = part * pieceLength, output = (rowNumber * row.Length) + start;
        int left = start * row.LeftStride, right = start * row.RightStride;
        foreach (var axis in outer)
        {
            (rowNumber, int index) = Math.DivRem(rowNumber, axis.Length);
            left += index * axis.LeftStride;
            right += index * axis.RightStride;
        }

        return (output, left, right, Math.Min(pieceLength, row.Length - start));
    }

    // Shapes are aligned at their last axis; an operand stays where it is along an axis that it lacks or whose length is 1.
    private static int Stride(Shape operand, int[] strides, int fromEnd) =>
        fromEnd > operand.Rank || operand[-fromEnd] == 1 ? 0 : strides[operand.Rank - fromEnd];

    private readonly record struct Axis(int Length, int LeftStride, int RightStride)
    {
        /// <summary>Whether this axis goes on in both operands where the faster one ends.</summary>
        public bool Continues(Axis faster) =>
            LeftStride == faster.LeftStride * faster.Length && RightStride == faster.RightStride * faster.Length;

        public Axis Times(int length) => this with { Length = Length * length };
    }
}

namespace DeepSharp.Tensors;

/// <summary>
/// Splits an output, to which two operands broadcast, into rows, and the rows into parts. Computes the offsets at which each part begins in
/// the output and in both operands.
/// </summary>
/// <remarks>
/// Axes that are adjacent in storage, without a gap in either operand, are merged. Equal shapes, or a scalar operand, result in one long
/// row. [N,C,H,W] and [1,C,1,1] result in N·H·W rows of C elements, because storage is channels-last. Rows are split into parts of at most
/// <see cref="Tuning.BlockElements"/> elements, so that several workers can process one long row.
/// </remarks>
internal sealed class BroadcastLoop
{
    private readonly List<Axis> outer = [];
    private readonly Axis row;
    private readonly int partLength, partsPerRow;

    /// <summary>A loop over <paramref name="output"/>, to which the shapes of both operands broadcast.</summary>
    public BroadcastLoop(Shape output, Shape left, Shape right)
    {
        row = new Axis(1, 1, 1);
        int[] leftStrides = StorageLayout.Strides(left), rightStrides = StorageLayout.Strides(right);
        // From the fastest axis in storage to the slowest; axes of length 1 are skipped.
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

        partLength = Math.Min(row.Length, Tuning.BlockElements);
        partsPerRow = (row.Length + partLength - 1) / partLength;
        PartCount = output.ElementCount / row.Length * partsPerRow;
    }

    /// <summary>The distance between neighboring elements of a row in the left operand; 0 if the whole row reads one element.</summary>
    public int LeftStep => row.LeftStride;

    /// <summary>The distance between neighboring elements of a row in the right operand; 0 if the whole row reads one element.</summary>
    public int RightStep => row.RightStride;

    /// <summary>The number of parts.</summary>
    public int PartCount { get; }

    /// <summary>The number of parts in a block of parallel work.</summary>
    public int PartsPerBlock => Tuning.BlockElements / partLength;

    /// <summary>The offsets at which a part begins in the output and in each operand, and its length.</summary>
    public (int Output, int Left, int Right, int Length) Part(int number)
    {
        var (rowNumber, partOfRow) = Math.DivRem(number, partsPerRow);
        int start = partOfRow * partLength, output = (rowNumber * row.Length) + start;
        int left = start * row.LeftStride, right = start * row.RightStride;
        foreach (var axis in outer)
        {
            (rowNumber, int index) = Math.DivRem(rowNumber, axis.Length);
            left += index * axis.LeftStride;
            right += index * axis.RightStride;
        }

        return (output, left, right, Math.Min(partLength, row.Length - start));
    }

    // Shapes are aligned at their last axis. The stride is 0 along an axis that the operand lacks or whose length is 1.
    private static int Stride(Shape operand, int[] strides, int fromEnd) =>
        fromEnd > operand.Rank || operand[-fromEnd] == 1 ? 0 : strides[operand.Rank - fromEnd];

    private readonly record struct Axis(int Length, int LeftStride, int RightStride)
    {
        /// <summary>Whether, in both operands, this axis continues without a gap where the faster axis ends.</summary>
        public bool Continues(Axis faster) =>
            LeftStride == faster.LeftStride * faster.Length && RightStride == faster.RightStride * faster.Length;

        public Axis Times(int length) => this with { Length = Length * length };
    }
}

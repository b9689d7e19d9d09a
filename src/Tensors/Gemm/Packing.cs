using System.Numerics;

namespace DeepSharp.Tensors;

/// <summary>Copies pieces of the operands into the order in which the micro-kernel reads them, padded with zeros to whole tiles.</summary>
internal static class Packing
{
    /// <summary>
    /// A block of A, [rows × depth]. Where rows of A are contiguous they are copied as rows; otherwise the columns are, and the micro-kernel is told
    /// the strides: either way runs of memory are copied and nothing is transposed.
    /// </summary>
    public static void PackA<T>(in MatrixView<T> a, int row, int rows, int column, int depth, Span<T> packed)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var source = a.Memory.Span;
        int paddedRows = RoundUp(rows, MicroKernel.Rows);
        if (a.ColumnStride == 1)
        {
            for (int i = 0; i < rows; i++) source.Slice(((row + i) * a.RowStride) + column, depth).CopyTo(packed[(i * depth)..]);
            packed[(rows * depth)..(paddedRows * depth)].Clear();
            return;
        }

        for (int k = 0; k < depth; k++)
        {
            var target = packed.Slice(k * paddedRows, paddedRows);
            int start = (row * a.RowStride) + ((column + k) * a.ColumnStride);
            if (a.RowStride == 1) source.Slice(start, rows).CopyTo(target);
            else for (int i = 0; i < rows; i++) target[i] = source[start + (i * a.RowStride)];
            target[rows..].Clear();
        }
    }

    /// <summary>The strides of a block packed by PackA: from row to row and from column to column.</summary>
    public static (int Row, int Depth) StridesOfA<T>(in MatrixView<T> a, int rows, int depth)
        where T : unmanaged, IFloatingPointIeee754<T> => a.ColumnStride == 1 ? (depth, 1) : (1, RoundUp(rows, MicroKernel.Rows));

    /// <summary>A panel of B: [depth × panelColumns], row by row, which the micro-kernel reads from front to back.</summary>
    public static void PackB<T>(in MatrixView<T> b, int row, int depth, int column, int columns, int panelColumns, Span<T> packed)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var source = b.Memory.Span;
        if (columns < panelColumns) packed[..(depth * panelColumns)].Clear();
        if (b.ColumnStride == 1)
        {
            for (int k = 0; k < depth; k++) source.Slice(((row + k) * b.RowStride) + column, columns).CopyTo(packed[(k * panelColumns)..]);
            return;
        }

        // B is stored by columns, so this transposes: each source column is read in one run and written with a stride that stays in the cache.
        for (int j = 0; j < columns; j++)
        {
            int start = (row * b.RowStride) + ((column + j) * b.ColumnStride);
            for (int k = 0, target = j; k < depth; k++, target += panelColumns) packed[target] = source[start + (k * b.RowStride)];
        }
    }

    /// <summary>The next multiple of <paramref name="unit"/>.</summary>
    public static int RoundUp(int value, int unit) => (value + unit - 1) / unit * unit;
}

using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

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
            for (int k = 0; k < depth; k++)
            {
                var run = source.Slice(((row + k) * b.RowStride) + column, columns);
                CacheHint.PrefetchRows(in run[0], (nint)Tuning.PackRunsAhead * b.RowStride, 1, 0, columns);
                run.CopyTo(packed[(k * panelColumns)..]);
            }

            return;
        }

        // B is stored by columns, so this transposes, a cache line of each column at a time: what is written meanwhile, 16 rows of the panel, stays in the
        // first-level cache until it is full.
        ref T from = ref MemoryMarshal.GetReference(source[((row * b.RowStride) + (column * b.ColumnStride))..]);
        ref T to = ref MemoryMarshal.GetReference(packed[..(depth * panelColumns)]);
        nint rowStride = b.RowStride, columnStride = b.ColumnStride;
        for (int first = 0; first < depth; first += Tuning.PackRun)
        {
            int run = Math.Min(Tuning.PackRun, depth - first);
            for (int j = 0; j < columns; j++)
            {
                ref T line = ref Unsafe.Add(ref from, (first * rowStride) + (j * columnStride));
                ref T target = ref Unsafe.Add(ref to, (first * (nint)panelColumns) + j);
                CacheHint.PrefetchRows(in line, 2 * Tuning.PackRun * rowStride, 1, 0, 1);
                for (int k = 0; k < run; k++)
                {
                    target = line;
                    line = ref Unsafe.Add(ref line, rowStride);
                    target = ref Unsafe.Add(ref target, panelColumns);
                }
            }
        }
    }

    /// <summary>All panels of B, [panel][depth][2 vectors].</summary>
    public static PooledMemory<T> Panels<T>(ComputeContext context, MatrixView<T> b)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int columns = MicroKernel.Vectors * SimdDispatch.Lanes<T>(context.VectorWidth), panels = (b.Columns + columns - 1) / columns;
        var packed = context.Pool.Rent<T>(panels * b.Rows * columns);
        var target = packed.Memory;
        context.Workers.Run(panels, 1, (panel, _) => PackB(
            b, 0, b.Rows, panel * columns, Math.Min(columns, b.Columns - (panel * columns)), columns, target.Span[(panel * b.Rows * columns)..]));
        return packed;
    }

    /// <summary>Contiguous rows to panels, [panel][row][2 vectors]; what a last panel has beyond the rows' columns is 0.</summary>
    public static void PackRows<TSimd, TVector, T>(ReadOnlySpan<T> rows, int columns, Span<T> packed)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int count = rows.Length / columns, panelColumns = MicroKernel.Vectors * TSimd.Width, whole = columns - (columns % panelColumns);
        for (int row = 0; row < count; row++)
        {
            ref readonly T source = ref rows[row * columns];
            ref T target = ref packed[row * panelColumns];
            for (int column = 0; column < whole; column += panelColumns)
            {
                TSimd.Store(TSimd.Load(in source, column), ref target, column * count);
                TSimd.Store(TSimd.Load(in source, column + TSimd.Width), ref target, (column * count) + TSimd.Width);
            }

            if (whole == columns) continue;
            var last = packed.Slice((whole * count) + (row * panelColumns), panelColumns);
            rows.Slice((row * columns) + whole, columns - whole).CopyTo(last);
            last[(columns - whole)..].Clear();
        }
    }

    /// <summary>The next multiple of <paramref name="unit"/>.</summary>
    public static int RoundUp(int value, int unit) => (value + unit - 1) / unit * unit;
}

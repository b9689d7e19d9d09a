using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace DeepSharp.Tensors;

/// <summary>Copies blocks of the operands into contiguous memory for the micro-kernel, padded with zeros to whole tiles.</summary>
internal static class Packing
{
    /// <summary>Packs a block of A, [rows × depth]. It is not transposed: contiguous rows or columns stay contiguous.</summary>
    /// <remarks>
    /// <code>
    /// A with contiguous rows    [row 0: depth elements] [row 1: depth elements] …      row step = depth, depth step = 1
    /// otherwise                 [k = 0: rows elements ] [k = 1: rows elements ] …      row step = 1,     depth step = rows, rounded up
    /// </code>
    /// <see cref="StridesOfA"/> returns these steps.
    /// </remarks>
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

    /// <summary>Elements from one row, and from one column, to the next in a block packed by <see cref="PackA"/>.</summary>
    public static (int Row, int Depth) StridesOfA<T>(in MatrixView<T> a, int rows, int depth)
        where T : unmanaged, IFloatingPointIeee754<T> => a.ColumnStride == 1 ? (depth, 1) : (1, RoundUp(rows, MicroKernel.Rows));

    /// <summary>Packs a panel of B, [depth × panelColumns], row by row, as the micro-kernel reads it. Missing columns are 0.</summary>
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

        // The rows of B are not contiguous: usually B is column-major. Packing transposes 16 elements of each column at a time, a cache
        // line of floats. The 16 rows of the panel that it writes stay in the first-level cache until they are complete.
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

    /// <summary>Packs all panels of B into [panel][depth][2 vectors].</summary>
    /// <returns>The panels, owned by the caller.</returns>
    public static PooledMemory<T> Panels<T>(ComputeContext context, MatrixView<T> b)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int columns = MicroKernel.Vectors * SimdDispatch.Lanes<T>(context.VectorWidth), panels = (b.Columns + columns - 1) / columns;
        var packed = context.Pool.Rent<T>(panels * b.Rows * columns);
        var target = packed.Memory;
        context.Workers.Run(panels, 1, (panel, _) => PackB(
            b, 0, b.Rows, panel * columns, Math.Min(columns, b.Columns - (panel * columns)), columns,
            target.Span[(panel * b.Rows * columns)..]));
        return packed;
    }

    /// <summary>Packs contiguous rows into panels, [panel][row][2 vectors]. Missing columns of the last panel are 0.</summary>
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

    /// <summary>Rounds up to a multiple of <paramref name="unit"/>.</summary>
    public static int RoundUp(int value, int unit) => (value + unit - 1) / unit * unit;
}

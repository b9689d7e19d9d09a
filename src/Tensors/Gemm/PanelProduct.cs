using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace DeepSharp.Tensors;

/// <summary>
/// The product of any number of rows with one panel: the loops around the micro-kernel that matrix products and convolutions share.
/// </summary>
internal static class PanelProduct
{
    /// <summary>Computes c = a · panel and applies the epilogue.</summary>
    /// <remarks>Long sums are split into parts. The panel rows of one part stay in the cache while all rows of a use them.</remarks>
    /// <param name="a">The memory of the left operand, from its first row onward.</param>
    /// <param name="rows">The distances between the rows of a.</param>
    /// <param name="count">The number of rows.</param>
    /// <param name="path">How a sum steps through a row.</param>
    /// <param name="panel">The right operand: a row of two vectors for each element of a sum.</param>
    /// <param name="panelRow">Elements from one row of the panel to the next.</param>
    /// <param name="c">[count, columns].</param>
    /// <param name="cRow">Elements from one row of c to the next.</param>
    /// <param name="columns">The number of existing columns of the panel.</param>
    /// <param name="epilogue">How the sums are finished. Bias and ReLU are applied to complete sums.</param>
    public static void Run<TRows, TSimd, TVector, T>(
        ReadOnlySpan<T> a, TRows rows, int count, SumPath path, ReadOnlySpan<T> panel, int panelRow, Span<T> c, int cRow, int columns,
        TileEpilogue<T> epilogue)
        where TRows : struct, IRowSource, allows ref struct
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        // The micro-kernel does not check bounds, so the last element of each operand is checked here. The offsets of a RowTable must be
        // ascending, so that its last row ends last.
        _ = a[(int)(rows.Distance(0, count - 1) + ((path.Runs - 1) * path.RunStep) + ((path.Length - 1) * path.Step))];
        _ = panel[(((path.Length * path.Runs) - 1) * panelRow) + (MicroKernel.Vectors * TSimd.Width) - 1];
        _ = c[((count - 1) * cRow) + columns - 1];
        ref T first = ref MemoryMarshal.GetReference(a), target = ref MemoryMarshal.GetReference(c);
        int maxRuns = path.Runs == 1 ? 1 : Math.Max(1, Tuning.MaxDepth / path.Length);
        // Long rows, and rows without gaps, are prefetched by the hardware.
        bool prefetches = count > MicroKernel.Rows && path is { Runs: 1, Step: 1, Length: <= Tuning.ShortRow }
            && rows.Distance(0, 1) != path.Length;
        for (int run = 0; run < path.Runs; run += maxRuns)
        {
            for (int k = 0; k < path.Length; k += Tuning.MaxDepth)
            {
                var part = path with { Length = Math.Min(Tuning.MaxDepth, path.Length - k), Runs = Math.Min(maxRuns, path.Runs - run) };
                nint start = (run * path.RunStep) + (k * path.Step);
                ref readonly T b = ref panel[((run * path.Length) + k) * panelRow];
                bool isLast = run + maxRuns >= path.Runs && k + Tuning.MaxDepth >= path.Length;
                bool isFirst = run + k == 0;
                var tile = isFirst && isLast ? epilogue : epilogue.Of(isFirst, isLast);
                for (int i = 0; i < count; i += MicroKernel.Rows)
                {
                    ref readonly T row = ref Unsafe.Add(ref first, start + rows.Distance(0, i));
                    if (prefetches && i + MicroKernel.Rows < count)
                    {
                        CacheHint.PrefetchRows(
                            in row, rows.Distance(i, MicroKernel.Rows), MicroKernel.Rows, rows.Distance(i, 1), part.Length);
                    }

                    MicroKernel.Run<TRows, TSimd, TVector, T>(
                        in row, rows, i, part, in b, panelRow, ref Unsafe.Add(ref target, (nint)i * cRow), cRow,
                        Math.Min(MicroKernel.Rows, count - i), columns, tile);
                }
            }
        }
    }

    /// <summary>Computes c = a · b for some or all panels of a packed b, on one worker.</summary>
    /// <param name="width">The width of the vectors.</param>
    /// <param name="a">The memory of the left operand, from its first row onward.</param>
    /// <param name="rows">The distances between the rows of a.</param>
    /// <param name="count">The number of rows.</param>
    /// <param name="path">How a sum steps through a row.</param>
    /// <param name="packed">b, packed by <see cref="Packing.Panels"/>.</param>
    /// <param name="c">[count, columns], rows contiguous.</param>
    /// <param name="columns">The columns of b.</param>
    /// <param name="epilogue">Applied to the complete sums.</param>
    /// <param name="from">The first column to compute; a panel must begin there.</param>
    /// <param name="to">The column after the last one to compute; limited to <paramref name="columns"/>.</param>
    public static void RunAll<TRows, T>(
        VectorWidth width, ReadOnlySpan<T> a, TRows rows, int count, SumPath path, ReadOnlySpan<T> packed, Span<T> c, int columns,
        Epilogue<T> epilogue, int from = 0, int to = int.MaxValue)
        where TRows : struct, IRowSource, allows ref struct
        where T : unmanaged, IFloatingPointIeee754<T> =>
        SimdDispatch.Run<T, Panels<TRows, T>>(width, new(a, rows, count, path, packed, c, columns, epilogue, from, Math.Min(to, columns)));

    private readonly ref struct Panels<TRows, T>(
        ReadOnlySpan<T> a, TRows rows, int count, SumPath path, ReadOnlySpan<T> packed, Span<T> c, int columns, Epilogue<T> epilogue,
        int from, int to)
        : ISimdAction<T>
        where TRows : struct, IRowSource, allows ref struct
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        private readonly ReadOnlySpan<T> a = a, packed = packed;
        private readonly TRows rows = rows;
        private readonly Span<T> c = c;

        void ISimdAction<T>.Invoke<TSimd, TVector>()
        {
            int panelColumns = MicroKernel.Vectors * TSimd.Width, depth = path.Length * path.Runs;
            for (int column = from; column < to; column += panelColumns)
            {
                int present = Math.Min(panelColumns, to - column);
                PanelProduct.Run<TRows, TSimd, TVector, T>(
                    a, rows, count, path, packed.Slice(column * depth, panelColumns * depth), panelColumns, c[column..], columns, present,
                    epilogue.Of(column, present, T.One));
            }
        }
    }
}

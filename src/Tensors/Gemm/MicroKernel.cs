using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace DeepSharp.Tensors;

/// <summary>The innermost loop of all matrix products except <see cref="DotProducts"/>: a tile of 6 rows × 2 vectors.</summary>
/// <remarks>
/// <code>
///                    b: depth rows of 2 vectors
///                    [ b00 b01 ]
///                    [ b10 b11 ]  k
///  a: 6 rows × depth     ⋮
///  [ a00 a01 … ]     [ c00 c01 ]
///  [ a10 a11 … ]     [ c10 c11 ]   c[i][·] (+)= alpha · Σk a[i][k] · b[k][·]
///       ⋮                ⋮
/// </code>
/// 12 accumulators, 2 vectors of b and 1 broadcast element of a fit the 16 registers of AVX2. 12 independent sums hide the latency of the
/// FMA units. The operands need not be packed: rows of a may begin at any offset (<see cref="IRowSource"/>), and a sum may step through
/// them with any stride (<see cref="SumPath"/>). A transposed left operand therefore needs no transposing copy, and Winograd-transformed
/// images and the windows of a convolution are read in place.
/// </remarks>
internal static class MicroKernel
{
    /// <summary>The number of rows of a tile.</summary>
    public const int Rows = 6;

    /// <summary>The number of vectors in a row of a tile.</summary>
    public const int Vectors = 2;

    /// <summary>Computes one tile of c. A tile with missing columns is computed in scratch memory.</summary>
    /// <param name="a">The first element that the sums use, in the first row of the tile.</param>
    /// <param name="rows">The distances between the rows.</param>
    /// <param name="row">The index of that row.</param>
    /// <param name="path">How a sum steps through a row of a.</param>
    /// <param name="b">The first element of b. Each row of b is two contiguous vectors, even if columns of c are missing.</param>
    /// <param name="bRow">Elements from one row of b to the next.</param>
    /// <param name="c">The first element of the tile.</param>
    /// <param name="cRow">Elements from one row of c to the next.</param>
    /// <param name="presentRows">The number of existing rows of the tile.</param>
    /// <param name="presentColumns">The number of existing columns of the tile.</param>
    /// <param name="epilogue">How the sums are finished.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Run<TRows, TSimd, TVector, T>(
        ref readonly T a, TRows rows, int row, in SumPath path, ref readonly T b, nint bRow, ref T c, nint cRow,
        int presentRows, int presentColumns, in TileEpilogue<T> epilogue)
        where TRows : struct, IRowSource, allows ref struct
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (presentColumns < Vectors * TSimd.Width)
            RunEdge<TRows, TSimd, TVector, T>(in a, rows, row, path, in b, bRow, ref c, cRow, presentRows, presentColumns, epilogue);
        else if (presentRows < Rows)
            RunRows<ClampedRows<TRows>, TSimd, TVector, T>(in a, new(rows, presentRows), row, path, in b, bRow, ref c, cRow, epilogue);
        else
            RunRows<TRows, TSimd, TVector, T>(in a, rows, row, path, in b, bRow, ref c, cRow, epilogue);
    }

    // Computes a tile without missing columns.
    private static void RunRows<TRows, TSimd, TVector, T>(
        ref readonly T a, TRows rows, int row, in SumPath path, ref readonly T b, nint bRow, ref T c, nint cRow,
        in TileEpilogue<T> epilogue)
        where TRows : struct, IRowSource, allows ref struct
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        nint width = TSimd.Width;
        if (path.Runs * path.Length <= Tuning.ShortSum)
        {
            // A short sum needs its tile of c soon, so prefetch it.
            for (nint i = 0; i < Rows; i++)
            {
                CacheHint.Prefetch(in Unsafe.Add(ref c, i * cRow));
                CacheHint.Prefetch(in Unsafe.Add(ref c, (i * cRow) + width));
            }
        }

        var zero = TSimd.Broadcast(T.Zero);
        TVector c00 = zero, c01 = zero, c10 = zero, c11 = zero, c20 = zero, c21 = zero;
        TVector c30 = zero, c31 = zero, c40 = zero, c41 = zero, c50 = zero, c51 = zero;

        ref T run = ref Unsafe.AsRef(in a);
        ref T bk = ref Unsafe.AsRef(in b);
        nint row1 = rows.Distance(row, 1), row2 = rows.Distance(row, 2), row3 = rows.Distance(row, 3), row4 = rows.Distance(row, 4);
        nint row5 = rows.Distance(row, 5), step = path.Step;
        for (nint runs = path.Runs; runs > 0; runs--)
        {
            ref T ak = ref run;
            for (nint k = path.Length; k > 0; k--)
            {
                var b0 = TSimd.Load(in bk, 0);
                var b1 = TSimd.Load(in bk, width);
                var value = TSimd.Broadcast(ak);
                c00 = TSimd.MultiplyAdd(value, b0, c00);
                c01 = TSimd.MultiplyAdd(value, b1, c01);
                value = TSimd.Broadcast(Unsafe.Add(ref ak, row1));
                c10 = TSimd.MultiplyAdd(value, b0, c10);
                c11 = TSimd.MultiplyAdd(value, b1, c11);
                value = TSimd.Broadcast(Unsafe.Add(ref ak, row2));
                c20 = TSimd.MultiplyAdd(value, b0, c20);
                c21 = TSimd.MultiplyAdd(value, b1, c21);
                value = TSimd.Broadcast(Unsafe.Add(ref ak, row3));
                c30 = TSimd.MultiplyAdd(value, b0, c30);
                c31 = TSimd.MultiplyAdd(value, b1, c31);
                value = TSimd.Broadcast(Unsafe.Add(ref ak, row4));
                c40 = TSimd.MultiplyAdd(value, b0, c40);
                c41 = TSimd.MultiplyAdd(value, b1, c41);
                value = TSimd.Broadcast(Unsafe.Add(ref ak, row5));
                c50 = TSimd.MultiplyAdd(value, b0, c50);
                c51 = TSimd.MultiplyAdd(value, b1, c51);
                ak = ref Unsafe.Add(ref ak, step);
                bk = ref Unsafe.Add(ref bk, bRow);
            }

            run = ref Unsafe.Add(ref run, path.RunStep);
        }

        var alpha = TSimd.Broadcast(epilogue.Alpha);
        bool accumulate = epilogue.Accumulate;
        StoreRow<TSimd, TVector, T>(ref c, c00, c01, alpha, accumulate);
        if (rows.Present > 1) StoreRow<TSimd, TVector, T>(ref Unsafe.Add(ref c, cRow), c10, c11, alpha, accumulate);
        if (rows.Present > 2) StoreRow<TSimd, TVector, T>(ref Unsafe.Add(ref c, 2 * cRow), c20, c21, alpha, accumulate);
        if (rows.Present > 3) StoreRow<TSimd, TVector, T>(ref Unsafe.Add(ref c, 3 * cRow), c30, c31, alpha, accumulate);
        if (rows.Present > 4) StoreRow<TSimd, TVector, T>(ref Unsafe.Add(ref c, 4 * cRow), c40, c41, alpha, accumulate);
        if (rows.Present > 5) StoreRow<TSimd, TVector, T>(ref Unsafe.Add(ref c, 5 * cRow), c50, c51, alpha, accumulate);
        if (epilogue.Finishes) Finish<TSimd, TVector, T>(ref c, cRow, rows.Present, epilogue);
    }

    // Computes an edge tile: a full tile in scratch memory, whose existing elements are then copied to c.
    [SkipLocalsInit]
    private static void RunEdge<TRows, TSimd, TVector, T>(
        ref readonly T a, TRows rows, int row, in SumPath path, ref readonly T b, nint bRow, ref T c, nint cRow,
        int presentRows, int presentColumns, in TileEpilogue<T> epilogue)
        where TRows : struct, IRowSource, allows ref struct
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int whole = Vectors * TSimd.Width;
        Span<T> tile = StackMemory.Align(stackalloc T[((Rows + 1) * whole) + StackMemory.Slack<T>()]);
        Span<T> bias = tile.Slice(Rows * whole, whole);
        // Missing columns have bias 0; their results are not used.
        bias.Clear();
        epilogue.Bias.CopyTo(bias);
        for (int i = 0; epilogue.Accumulate && i < presentRows; i++)
            MemoryMarshal.CreateReadOnlySpan(ref Unsafe.Add(ref c, i * cRow), presentColumns).CopyTo(tile[(i * whole)..]);
        var padded = new TileEpilogue<T>(epilogue.Alpha, epilogue.Accumulate, epilogue.Bias.IsEmpty ? default : bias, epilogue.Relu);
        RunRows<ClampedRows<TRows>, TSimd, TVector, T>(in a, new(rows, presentRows), row, path, in b, bRow, ref tile[0], whole, padded);
        for (int i = 0; i < presentRows; i++)
            tile.Slice(i * whole, presentColumns).CopyTo(MemoryMarshal.CreateSpan(ref Unsafe.Add(ref c, i * cRow), presentColumns));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreRow<TSimd, TVector, T>(ref T c, TVector left, TVector right, TVector alpha, bool accumulate)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        TSimd.Store(accumulate ? TSimd.MultiplyAdd(left, alpha, TSimd.Load(in c, 0)) : TSimd.Multiply(left, alpha), ref c, 0);
        TSimd.Store(
            accumulate ? TSimd.MultiplyAdd(right, alpha, TSimd.Load(in c, TSimd.Width)) : TSimd.Multiply(right, alpha),
            ref c, TSimd.Width);
    }

    // Applies bias and ReLU to a tile whose sums are complete, while it is in the first-level cache. Not inlined: RunRows already uses the
    // whole inlining budget of the JIT compiler. Beyond it, vector operations become calls, which spill all sums from the registers.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Finish<TSimd, TVector, T>(ref T c, nint cRow, int rows, in TileEpilogue<T> epilogue)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var zero = TSimd.Broadcast(T.Zero);
        ref readonly T bias = ref MemoryMarshal.GetReference(epilogue.Bias);
        bool hasBias = !epilogue.Bias.IsEmpty, relu = epilogue.Relu;
        for (int row = 0; row < rows; row++, c = ref Unsafe.Add(ref c, cRow))
        {
            for (nint column = 0; column < Vectors * TSimd.Width; column += TSimd.Width)
            {
                var value = TSimd.Load(in c, column);
                if (hasBias) value = TSimd.Add(value, TSimd.Load(in bias, column));
                TSimd.Store(relu ? TSimd.Max(value, zero) : value, ref c, column);
            }
        }
    }
}

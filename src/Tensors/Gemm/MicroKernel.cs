using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace DeepSharp.Tensors;

/// <summary>The innermost piece of every matrix product: a tile of 6 rows by 2 vectors held in 12 accumulators.</summary>
/// <remarks>
/// <code>
///                    b: depth rows of 2 vectors
///                    [ b00 b01 ]
///                    [ b10 b11 ]  k
///  a: 6 rows × depth     ⋮
///  [ a00 a01 … ]     [ c00 c01 ]
///  [ a10 a11 … ]     [ c10 c11 ]   c[i][·] += Σk a[i][k] · b[k][·]
///       ⋮                ⋮
/// </code>
/// 12 accumulators, 2 vectors of b and 1 broadcast of a fit the 16 registers of AVX2; 12 independent sums hide the latency of the FMA units. The
/// operands need not be packed: rows of a may lie anywhere, see <see cref="TileRows"/>, so that a transposed operand, a Winograd-transformed image or
/// the windows of a convolution are read where they lie.
/// </remarks>
internal static class MicroKernel
{
    /// <summary>The rows of a tile.</summary>
    public const int Rows = 6;

    /// <summary>The vectors across a tile.</summary>
    public const int Vectors = 2;

    // Elements of a sum. Longer ones hide how long the tile of c takes to come.
    private const int ShortSum = 160;

    /// <summary>c = alpha · a · b, or c += alpha · a · b, for one whole tile.</summary>
    /// <param name="a">The first element of a.</param>
    /// <param name="rows">Its rows.</param>
    /// <param name="b">The first element of b; each of its rows is two contiguous vectors.</param>
    /// <param name="bRow">Elements from one row of b to the next.</param>
    /// <param name="c">The first element of c.</param>
    /// <param name="cRow">Elements from one row of c to the next.</param>
    /// <param name="alpha">The factor.</param>
    /// <param name="accumulate">Whether c is added to; otherwise it is overwritten and may hold anything.</param>
    public static void Run<TSimd, TVector, T>(
        ref readonly T a, in TileRows rows, ref readonly T b, nint bRow, ref T c, nint cRow, T alpha, bool accumulate)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        nint width = TSimd.Width;
        if (rows.Runs * rows.Length <= ShortSum)
        {
            // The tile of c is needed soon: ask for it now, wherever it is.
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
        nint row1 = rows.Row1, row2 = rows.Row2, row3 = rows.Row3, row4 = rows.Row4, row5 = rows.Row5, step = rows.Step;
        for (nint runs = rows.Runs; runs > 0; runs--)
        {
            ref T ak = ref run;
            for (nint k = rows.Length; k > 0; k--)
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

            run = ref Unsafe.Add(ref run, rows.RunStep);
        }

        var factor = TSimd.Broadcast(alpha);
        StoreRow<TSimd, TVector, T>(ref c, c00, c01, factor, accumulate);
        StoreRow<TSimd, TVector, T>(ref Unsafe.Add(ref c, cRow), c10, c11, factor, accumulate);
        StoreRow<TSimd, TVector, T>(ref Unsafe.Add(ref c, 2 * cRow), c20, c21, factor, accumulate);
        StoreRow<TSimd, TVector, T>(ref Unsafe.Add(ref c, 3 * cRow), c30, c31, factor, accumulate);
        StoreRow<TSimd, TVector, T>(ref Unsafe.Add(ref c, 4 * cRow), c40, c41, factor, accumulate);
        StoreRow<TSimd, TVector, T>(ref Unsafe.Add(ref c, 5 * cRow), c50, c51, factor, accumulate);
    }

    /// <summary>As <see cref="Run"/> for an edge tile of c: computes a full tile into scratch and copies the valid part.</summary>
    [SkipLocalsInit]
    public static void RunPart<TSimd, TVector, T>(
        ref readonly T a, in TileRows rows, ref readonly T b, nint bRow, ref T c, nint cRow, int presentRows, int presentColumns, T alpha, bool accumulate)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int whole = Vectors * TSimd.Width;
        if (presentRows == Rows && presentColumns == whole)
        {
            Run<TSimd, TVector, T>(in a, rows, in b, bRow, ref c, cRow, alpha, accumulate);
            return;
        }

        // A whole tile in scratch memory; its valid part is copied.
        Span<T> tile = StackMemory.Align(stackalloc T[(Rows * whole) + StackMemory.Slack<T>()]);
        Run<TSimd, TVector, T>(in a, rows, in b, bRow, ref tile[0], whole, alpha, accumulate: false);
        for (int i = 0; i < presentRows; i++)
        {
            var from = tile.Slice(i * whole, presentColumns);
            var to = MemoryMarshal.CreateSpan(ref Unsafe.Add(ref c, i * cRow), presentColumns);
            if (accumulate) TensorPrimitives.Add(to, from, to);
            else from.CopyTo(to);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreRow<TSimd, TVector, T>(ref T c, TVector left, TVector right, TVector factor, bool accumulate)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (accumulate)
        {
            TSimd.Store(TSimd.MultiplyAdd(left, factor, TSimd.Load(in c, 0)), ref c, 0);
            TSimd.Store(TSimd.MultiplyAdd(right, factor, TSimd.Load(in c, TSimd.Width)), ref c, TSimd.Width);
        }
        else
        {
            TSimd.Store(TSimd.Multiply(left, factor), ref c, 0);
            TSimd.Store(TSimd.Multiply(right, factor), ref c, TSimd.Width);
        }
    }
}

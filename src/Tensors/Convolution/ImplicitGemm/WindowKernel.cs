using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace DeepSharp.Tensors;

/// <summary>The micro-kernel of the implicit products: its 6 rows of a lie anywhere, and its sums go through several runs of memory.</summary>
/// <remarks>
/// A window is kH runs of kW·C elements in padded rows of the image, see <see cref="PaddedRows"/>. In the forward pass the rows of a are pixels, wherever they
/// are, and the sum goes through the kH runs of their windows; for the gradient of the weights the rows of a are places in the window, and the sum goes
/// through the pixels of some rows of the output. So the tiles are full whatever the width of the image or of the window, and stay in the registers for
/// the whole of a short sum.
/// </remarks>
internal static class WindowKernel
{
    /// <summary>The rows of a tile.</summary>
    public const int Rows = 6;

    /// <summary>The vectors across a tile.</summary>
    public const int Vectors = 2;

    /// <summary>c = Σ a·b or c += Σ a·b over <paramref name="runs"/> × <paramref name="length"/> elements of each row, for one whole tile.</summary>
    /// <param name="a">What the places are counted from.</param>
    /// <param name="places">Where each of the six rows of a begins.</param>
    /// <param name="aDepth">Elements from one element of a run to the next.</param>
    /// <param name="aRun">Elements from one run to the next.</param>
    /// <param name="b">Rows of two vectors, one for each element of the sum, without gaps.</param>
    /// <param name="length">The elements of a run.</param>
    /// <param name="runs">The number of runs.</param>
    /// <param name="c">The first element of c.</param>
    /// <param name="cRow">Elements from one row of c to the next.</param>
    /// <param name="accumulate">Whether c is added to; otherwise it is overwritten and may hold anything.</param>
    public static void Run<TSimd, TVector, T>(
        ref readonly T a, ReadOnlySpan<int> places, nint aDepth, nint aRun, ref readonly T b, nint length, nint runs, ref T c, nint cRow, bool accumulate)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        nint width = TSimd.Width;
        // The tile of c is needed soon: ask for it now, wherever it is.
        for (nint i = 0; i < Rows; i++)
        {
            CacheHint.Prefetch(in Unsafe.Add(ref c, i * cRow));
            CacheHint.Prefetch(in Unsafe.Add(ref c, (i * cRow) + width));
        }

        var zero = TSimd.Broadcast(T.Zero);
        TVector c00 = zero, c01 = zero, c10 = zero, c11 = zero, c20 = zero, c21 = zero;
        TVector c30 = zero, c31 = zero, c40 = zero, c41 = zero, c50 = zero, c51 = zero;

        nint row1 = places[1] - places[0], row2 = places[2] - places[0], row3 = places[3] - places[0], row4 = places[4] - places[0], row5 = places[5] - places[0];
        ref T run = ref Unsafe.Add(ref Unsafe.AsRef(in a), places[0]);
        ref T bk = ref Unsafe.AsRef(in b);
        for (; runs > 0; runs--)
        {
            ref T ak = ref run;
            for (nint k = length; k > 0; k--)
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
                ak = ref Unsafe.Add(ref ak, aDepth);
                bk = ref Unsafe.Add(ref bk, 2 * width);
            }

            run = ref Unsafe.Add(ref run, aRun);
        }

        StoreRow<TSimd, TVector, T>(ref c, c00, c01, accumulate);
        StoreRow<TSimd, TVector, T>(ref Unsafe.Add(ref c, cRow), c10, c11, accumulate);
        StoreRow<TSimd, TVector, T>(ref Unsafe.Add(ref c, 2 * cRow), c20, c21, accumulate);
        StoreRow<TSimd, TVector, T>(ref Unsafe.Add(ref c, 3 * cRow), c30, c31, accumulate);
        StoreRow<TSimd, TVector, T>(ref Unsafe.Add(ref c, 4 * cRow), c40, c41, accumulate);
        StoreRow<TSimd, TVector, T>(ref Unsafe.Add(ref c, 5 * cRow), c50, c51, accumulate);
    }

    /// <summary>As <see cref="Run"/>, where at the rim of c only some rows and columns of the tile exist; there are six places and whole vectors of b all the same.</summary>
    [SkipLocalsInit]
    public static void RunPart<TSimd, TVector, T>(
        ref readonly T a, ReadOnlySpan<int> places, nint aDepth, nint aRun, ref readonly T b, nint length, nint runs, ref T c, nint cRow, int rows, int columns, bool accumulate)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int whole = Vectors * TSimd.Width;
        if (rows == Rows && columns == whole)
        {
            Run<TSimd, TVector, T>(in a, places, aDepth, aRun, in b, length, runs, ref c, cRow, accumulate);
            return;
        }

        // A whole tile beside c, of which a part is taken over.
        Span<T> tile = StackMemory.Align(stackalloc T[(Rows * whole) + StackMemory.Slack<T>()]);
        Run<TSimd, TVector, T>(in a, places, aDepth, aRun, in b, length, runs, ref tile[0], whole, accumulate: false);
        for (int i = 0; i < rows; i++)
        {
            var from = tile.Slice(i * whole, columns);
            var to = MemoryMarshal.CreateSpan(ref Unsafe.Add(ref c, i * cRow), columns);
            if (accumulate) TensorPrimitives.Add(to, from, to);
            else from.CopyTo(to);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreRow<TSimd, TVector, T>(ref T c, TVector left, TVector right, bool accumulate)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (accumulate)
        {
            left = TSimd.Add(left, TSimd.Load(in c, 0));
            right = TSimd.Add(right, TSimd.Load(in c, TSimd.Width));
        }

        TSimd.Store(left, ref c, 0);
        TSimd.Store(right, ref c, TSimd.Width);
    }
}

using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace DeepSharp.Tensors;

/// <summary>
/// C = alpha · A · B (+ C) for an A with few rows and a column-major B. Each element of A · B is a dot product of two contiguous runs.
/// </summary>
/// <remarks>
/// Nothing is packed: with few rows, packing B would take longer than the multiplication. A linear layer at batch 1 reads its weights
/// once, and so does a convolution with few output pixels. Lanes are consecutive elements of the two runs, so each accumulator has one
/// partial sum per lane. A tile of 4 rows × 3 columns has 12 accumulators.
/// </remarks>
internal static class DotProducts
{
    private const int TileRows = 4, TileColumns = 3;

    /// <summary>Whether A has few rows, and both the rows of A and the columns of B are contiguous.</summary>
    public static bool Fits<T>(in MatrixView<T> a, in MatrixView<T> b)
        where T : unmanaged, IFloatingPointIeee754<T> => a.Rows <= Tuning.DotMaxRows && a.ColumnStride == 1 && b.RowStride == 1;

    /// <summary>
    /// Computes the product. The parameters are those of <see cref="GemmKernel.Run"/>, with <paramref name="accumulate"/> instead of
    /// beta: whether to add the product to C.
    /// </summary>
    public static void Run<T>(
        ComputeContext context, T alpha, MatrixView<T> a, MatrixView<T> b, bool accumulate, Memory<T> c, int cRowStride,
        Epilogue<T> epilogue)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        context.Workers.Run(b.Columns, Tuning.DotColumns, (column, columns) => SimdDispatch.Run<T, Action<T>>(
            context.VectorWidth, new(alpha, a, b, accumulate, c.Span, cRowStride, epilogue, column, columns)));

    private readonly ref struct Action<T>(
        T alpha, MatrixView<T> a, MatrixView<T> b, bool accumulate, Span<T> c, int cRowStride, Epilogue<T> epilogue,
        int firstColumn, int columns)
        : ISimdAction<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        private readonly ReadOnlySpan<T> rows = a.Memory.Span, columnsOfB = b.Memory.Span;
        private readonly Span<T> c = c;

        void ISimdAction<T>.Invoke<TSimd, TVector>()
        {
            for (int j = firstColumn; j < firstColumn + columns; j += TileColumns)
            {
                for (int i = 0; i < a.Rows; i += TileRows) Tile<TSimd, TVector>(i, j);
            }

            for (int i = 0; i < a.Rows; i++) epilogue.Apply(c.Slice((i * cRowStride) + firstColumn, columns), firstColumn);
        }

        // Missing rows and columns of an edge tile repeat the last existing one. Their results are not stored.
        private ref T Row(int i) => ref Unsafe.Add(ref MemoryMarshal.GetReference(rows), (nint)Math.Min(i, a.Rows - 1) * a.RowStride);

        private ref T Column(int j) =>
            ref Unsafe.Add(ref MemoryMarshal.GetReference(columnsOfB), (nint)Math.Min(j, b.Columns - 1) * b.ColumnStride);

        private void Tile<TSimd, TVector>(int i, int j)
            where TSimd : struct, ISimd<TVector, T>
            where TVector : struct
        {
            ref T a0 = ref Row(i), a1 = ref Row(i + 1), a2 = ref Row(i + 2), a3 = ref Row(i + 3);
            ref T b0 = ref Column(j), b1 = ref Column(j + 1), b2 = ref Column(j + 2);
            var zero = TSimd.Broadcast(T.Zero);
            TVector c00 = zero, c01 = zero, c02 = zero, c10 = zero, c11 = zero, c12 = zero;
            TVector c20 = zero, c21 = zero, c22 = zero, c30 = zero, c31 = zero, c32 = zero;
            nint whole = a.Columns - (a.Columns % TSimd.Width);
            for (nint k = 0; k < whole; k += TSimd.Width)
            {
                var left = TSimd.Load(in b0, k);
                var middle = TSimd.Load(in b1, k);
                var right = TSimd.Load(in b2, k);
                var value = TSimd.Load(in a0, k);
                c00 = TSimd.MultiplyAdd(value, left, c00);
                c01 = TSimd.MultiplyAdd(value, middle, c01);
                c02 = TSimd.MultiplyAdd(value, right, c02);
                value = TSimd.Load(in a1, k);
                c10 = TSimd.MultiplyAdd(value, left, c10);
                c11 = TSimd.MultiplyAdd(value, middle, c11);
                c12 = TSimd.MultiplyAdd(value, right, c12);
                value = TSimd.Load(in a2, k);
                c20 = TSimd.MultiplyAdd(value, left, c20);
                c21 = TSimd.MultiplyAdd(value, middle, c21);
                c22 = TSimd.MultiplyAdd(value, right, c22);
                value = TSimd.Load(in a3, k);
                c30 = TSimd.MultiplyAdd(value, left, c30);
                c31 = TSimd.MultiplyAdd(value, middle, c31);
                c32 = TSimd.MultiplyAdd(value, right, c32);
            }

            Store(i, j, TSimd.Sum(c00), TSimd.Sum(c01), TSimd.Sum(c02), whole);
            Store(i + 1, j, TSimd.Sum(c10), TSimd.Sum(c11), TSimd.Sum(c12), whole);
            Store(i + 2, j, TSimd.Sum(c20), TSimd.Sum(c21), TSimd.Sum(c22), whole);
            Store(i + 3, j, TSimd.Sum(c30), TSimd.Sum(c31), TSimd.Sum(c32), whole);
        }

        private void Store(int i, int j, T left, T middle, T right, nint whole)
        {
            if (i >= a.Rows) return;
            Store(i, j, left, whole);
            if (j + 1 < firstColumn + columns) Store(i, j + 1, middle, whole);
            if (j + 2 < firstColumn + columns) Store(i, j + 2, right, whole);
        }

        private void Store(int i, int j, T sum, nint whole)
        {
            ref T row = ref Row(i), column = ref Column(j);
            for (nint k = whole; k < a.Columns; k++) sum += Unsafe.Add(ref row, k) * Unsafe.Add(ref column, k);
            ref T target = ref c[(i * cRowStride) + j];
            target = accumulate ? (alpha * sum) + target : alpha * sum;
        }
    }
}

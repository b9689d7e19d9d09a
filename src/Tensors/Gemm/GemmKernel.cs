using System.Numerics;
using System.Numerics.Tensors;

namespace DeepSharp.Tensors;

/// <summary>
/// The matrix product C = alpha · A · B + beta · C, structured like BLIS (Van Zee &amp; van de Geijn, ACM TOMS 41(3), 2015).
/// </summary>
/// <remarks>
/// <code>
/// for each range of the columns, the depth and the rows    packed A and B fit the last-level cache
///     pack A and, for the first range of rows, B           all workers
///     for each block of C                                  all workers
///         for each block of the depth
///             for each panel of B
///                 for each 6 rows of A                     micro-kernel
/// </code>
/// The depth is the inner dimension, K. Each element of C is summed in the same order, whichever worker computes it. If A has few rows and
/// the rows of B are contiguous, B is read in place. Some products with few rows are computed by <see cref="DotProducts"/>.
/// </remarks>
internal static class GemmKernel
{
    /// <summary>Computes the product of matrices with any strides.</summary>
    /// <param name="context">Provides workers, scratch memory and the vector width.</param>
    /// <param name="alpha">The factor of the product.</param>
    /// <param name="a">[M, K].</param>
    /// <param name="b">[K, N].</param>
    /// <param name="beta">The factor of C. If it is 0, the old elements of C are not used.</param>
    /// <param name="c">[M, N], rows contiguous.</param>
    /// <param name="cRowStride">Elements from one row of C to the next.</param>
    /// <param name="epilogue">Applied to the elements of C when their sums are complete.</param>
    public static void Run<T>(
        ComputeContext context, T alpha, MatrixView<T> a, MatrixView<T> b, T beta, Memory<T> c, int cRowStride,
        Epilogue<T> epilogue = default)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int rows = a.Rows, columns = b.Columns, depth = a.Columns;
        bool accumulate = beta != T.Zero;
        if (accumulate && beta != T.One) Scale(c.Span, rows, columns, cRowStride, beta);
        if (DotProducts.Fits(a, b))
        {
            DotProducts.Run(context, alpha, a, b, accumulate, c, cRowStride, epilogue);
            return;
        }

        bool packsB = rows > Tuning.FewRows || b.ColumnStride != 1;
        var blocks = packsB ? GemmBlocks.For<T>(context.VectorWidth) : GemmBlocks.ForFewRows<T>(context.VectorWidth);
        int packedRows = Math.Min(Packing.RoundUp(rows, MicroKernel.Rows), blocks.PackedRows);
        int packedColumns = Math.Min(Packing.RoundUp(columns, blocks.PanelColumns), blocks.PackedColumns);
        int packedDepth = Math.Min(depth, Tuning.GemmPackedDepth);
        using var packedA = context.Pool.RentScratch<T>(packedRows * packedDepth);
        using var packedB = context.Pool.RentScratch<T>((packsB ? packedColumns : blocks.PanelColumns) * packedDepth);

        // One object and its two delegates are reused for all ranges.
        var part = new Part<T>(context, alpha, a, b, packsB, c, cRowStride, epilogue, blocks, packedA.Memory, packedB.Memory);
        for (part.Column = 0; part.Column < columns; part.Column += packedColumns)
        {
            part.Columns = Math.Min(packedColumns, columns - part.Column);
            for (part.Depth = 0; part.Depth < depth; part.Depth += packedDepth)
            {
                part.Depths = Math.Min(packedDepth, depth - part.Depth);
                part.Accumulate = accumulate || part.Depth > 0;
                for (part.Row = 0; part.Row < rows; part.Row += packedRows)
                {
                    part.Rows = Math.Min(packedRows, rows - part.Row);
                    part.Run(packB: part.Row == 0);
                }
            }
        }
    }

    private static void Scale<T>(Span<T> c, int rows, int columns, int rowStride, T beta)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (int i = 0; i < rows; i++)
        {
            var row = c.Slice(i * rowStride, columns);
            TensorPrimitives.Multiply(row, beta, row);
        }
    }

    /// <summary>The product for a range of rows, columns and depths: packs its operands, then multiplies block by block.</summary>
    private sealed class Part<T>(
        ComputeContext context, T alpha, MatrixView<T> a, MatrixView<T> b, bool packsB, Memory<T> c, int cRowStride, Epilogue<T> epilogue,
        GemmBlocks blocks, Memory<T> packedA, Memory<T> packedB)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        // The first row, column and depth of the range in the whole product, and the lengths of the range.
        public int Row, Rows, Column, Columns, Depth, Depths;
        public bool Accumulate;

        private Action<int, int>? pack, multiply;

        private int RowBlocks => Count(Rows, blocks.BlockRows);

        private int Panels => Count(Columns, blocks.PanelColumns);

        // The first panel of B that is packed. The micro-kernel reads whole panels, so an incomplete last panel is packed even if the
        // others are read in place.
        private int FirstPacked => packsB ? 0 : Columns / blocks.PanelColumns;

        private int DepthBlocks => Count(Depths, blocks.Depth);

        public void Run(bool packB)
        {
            context.Workers.Run(
                (RowBlocks + (packB ? Count(Panels - FirstPacked, Tuning.PanelsPerTask) : 0)) * DepthBlocks, 1, pack ??= Pack);
            context.Workers.Run(RowBlocks * Count(Columns, blocks.BlockColumns), 1, multiply ??= Multiply);
        }

        private void Pack(int task, int tasks)
        {
            var (block, k) = Math.DivRem(task, DepthBlocks);
            if (block < RowBlocks)
            {
                PackA(block, k);
                return;
            }

            int first = FirstPacked + ((block - RowBlocks) * Tuning.PanelsPerTask), end = Math.Min(first + Tuning.PanelsPerTask, Panels);
            for (int panel = first; panel < end; panel++) PackB(panel, k);
        }

        private void Multiply(int task, int tasks) =>
            SimdDispatch.Run<T, BlockAction<T>>(context.VectorWidth, new(this, task % RowBlocks, task / RowBlocks));

        private void PackA(int block, int k)
        {
            int rows = Math.Min(blocks.BlockRows, Rows - (block * blocks.BlockRows));
            Packing.PackA(a, Row + (block * blocks.BlockRows), rows, Depth + (k * blocks.Depth), DepthOf(k), ABlock(block, k));
        }

        private void PackB(int panel, int k)
        {
            int columns = Math.Min(blocks.PanelColumns, Columns - (panel * blocks.PanelColumns));
            Packing.PackB(
                b, Depth + (k * blocks.Depth), DepthOf(k), Column + (panel * blocks.PanelColumns), columns, blocks.PanelColumns,
                PackedPanel(panel, k));
        }

        private int DepthOf(int k) => Math.Min(blocks.Depth, Depths - (k * blocks.Depth));

        // Packed A is [depth block][row block][rows × depth, see Packing.PackA].
        // Packed B is [depth block][panel][depth × panel columns].
        // All depth blocks except the last have full depth.
        private Span<T> ABlock(int block, int k) =>
            packedA.Span[((k * blocks.Depth * Packing.RoundUp(Rows, MicroKernel.Rows)) + (block * blocks.BlockRows * DepthOf(k)))..];

        private Span<T> PackedPanel(int panel, int k) => packedB.Span[
            ((k * blocks.Depth * Packing.RoundUp(Columns - (FirstPacked * blocks.PanelColumns), blocks.PanelColumns))
                + ((panel - FirstPacked) * blocks.PanelColumns * DepthOf(k)))..];

        // A panel of B, packed or in place, and the elements from one of its rows to the next.
        private ReadOnlySpan<T> BPanel(int panel, int k, out int rowStride)
        {
            bool packed = panel >= FirstPacked;
            rowStride = packed ? blocks.PanelColumns : b.RowStride;
            return packed
                ? PackedPanel(panel, k)
                : b.Memory.Span[(((Depth + (k * blocks.Depth)) * b.RowStride) + Column + (panel * blocks.PanelColumns))..];
        }

        public void MultiplyBlock<TSimd, TVector>(int rowBlock, int columnBlock)
            where TSimd : struct, ISimd<TVector, T>
            where TVector : struct
        {
            int firstRow = rowBlock * blocks.BlockRows, rows = Math.Min(blocks.BlockRows, Rows - firstRow);
            int firstColumn = columnBlock * blocks.BlockColumns, columns = Math.Min(blocks.BlockColumns, Columns - firstColumn);
            var target = c.Span;
            for (int k = 0; k * blocks.Depth < Depths; k++)
            {
                int depth = DepthOf(k);
                var (rowStep, depthStep) = Packing.StridesOfA(a, rows, depth);
                var blockOfA = ABlock(rowBlock, k);
                bool isFirst = !Accumulate && k == 0, isLast = Depth + (k * blocks.Depth) + depth == a.Columns;
                for (int j = 0; j < columns; j += blocks.PanelColumns)
                {
                    var panelOfB = BPanel((firstColumn + j) / blocks.PanelColumns, k, out int panelRow);
                    int column = Column + firstColumn + j, present = Math.Min(blocks.PanelColumns, columns - j);
                    PanelProduct.Run<EvenRows, TSimd, TVector, T>(
                        blockOfA, new(rowStep), rows, new(depth, Step: depthStep), panelOfB, panelRow,
                        target[(((Row + firstRow) * cRowStride) + column)..], cRowStride, present,
                        isLast ? epilogue.Of(column, present, alpha).Of(isFirst, isLast) : new(alpha, !isFirst));
                }
            }
        }

        private static int Count(int length, int block) => (length + block - 1) / block;
    }

    private readonly struct BlockAction<T>(Part<T> part, int rowBlock, int columnBlock) : ISimdAction<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        void ISimdAction<T>.Invoke<TSimd, TVector>() => part.MultiplyBlock<TSimd, TVector>(rowBlock, columnBlock);
    }
}

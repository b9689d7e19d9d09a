using System.Numerics;
using System.Numerics.Tensors;

namespace DeepSharp.Tensors;

/// <summary>The matrix product C = alpha · op(A) · op(B) + beta · C, in the manner of BLIS (Van Zee &amp; van de Geijn, ACM TOMS 41(3), 2015).</summary>
/// <remarks>
/// Slices of A and B that fit the last-level cache are packed by all workers; then the workers take blocks of C, each of which runs through the whole
/// depth of the slice. Every element of C is one sum in one order, whoever computes it. With few rows of A, rows of B are read where they lie.
/// </remarks>
internal static class GemmKernel
{
    /// <summary>The product of matrices anywhere in memory.</summary>
    /// <param name="context">Workers, scratch memory and vector width.</param>
    /// <param name="alpha">The factor of the product.</param>
    /// <param name="a">[M, K].</param>
    /// <param name="b">[K, N].</param>
    /// <param name="beta">The factor of C; where it is 0, C is not read.</param>
    /// <param name="c">[M, N], rows contiguous.</param>
    /// <param name="cRowStride">Elements from one row of C to the next.</param>
    /// <param name="epilogue">Applied to each block of C when its sums are complete.</param>
    public static void Run<T>(
        ComputeContext context, T alpha, MatrixView<T> a, MatrixView<T> b, T beta, Memory<T> c, int cRowStride, Epilogue<T> epilogue = default)
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
        int sliceRows = Math.Min(Packing.RoundUp(rows, MicroKernel.Rows), blocks.SliceRows);
        int sliceColumns = Math.Min(Packing.RoundUp(columns, blocks.PanelColumns), blocks.SliceColumns);
        int sliceDepth = Math.Min(depth, Tuning.SliceDepth);
        using var packedA = context.Pool.RentScratch<T>(sliceRows * sliceDepth);
        using var packedB = context.Pool.RentScratch<T>((packsB ? sliceColumns : blocks.PanelColumns) * sliceDepth);

        // One object moves from slice to slice.
        var slice = new Slice<T>(context, alpha, a, b, packsB, c, cRowStride, epilogue, blocks, packedA.Memory, packedB.Memory);
        for (slice.Column = 0; slice.Column < columns; slice.Column += sliceColumns)
        {
            slice.Columns = Math.Min(sliceColumns, columns - slice.Column);
            for (slice.Depth = 0; slice.Depth < depth; slice.Depth += sliceDepth)
            {
                slice.Depths = Math.Min(sliceDepth, depth - slice.Depth);
                slice.Accumulate = accumulate || slice.Depth > 0;
                for (slice.Row = 0; slice.Row < rows; slice.Row += sliceRows)
                {
                    slice.Rows = Math.Min(sliceRows, rows - slice.Row);
                    slice.Run(packB: slice.Row == 0);
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

    /// <summary>One slice: packs both operands, then multiplies block by block.</summary>
    private sealed class Slice<T>(
        ComputeContext context, T alpha, MatrixView<T> a, MatrixView<T> b, bool packsB, Memory<T> c, int cRowStride, Epilogue<T> epilogue,
        GemmBlocks blocks, Memory<T> packedA, Memory<T> packedB)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public int Row, Rows, Column, Columns, Depth, Depths;
        public bool Accumulate;

        private Action<int, int>? pack, multiply;

        private int RowBlocks => Count(Rows, blocks.BlockRows);

        private int Panels => Count(Columns, blocks.PanelColumns);

        // Of a B that is not packed the last panel is, where it is not whole: the micro-kernel reads whole panels.
        private int FirstPacked => packsB ? 0 : Columns / blocks.PanelColumns;

        private int DepthBlocks => Count(Depths, blocks.Depth);

        public void Run(bool packB)
        {
            context.Workers.Run((RowBlocks + (packB ? Count(Panels - FirstPacked, Tuning.PanelsPerTask) : 0)) * DepthBlocks, 1, pack ??= Pack);
            context.Workers.Run(RowBlocks * Count(Columns, blocks.BlockColumns), 1, multiply ??= Multiply);
        }

        private void Pack(int task, int tasks)
        {
            var (part, k) = Math.DivRem(task, DepthBlocks);
            if (part < RowBlocks)
            {
                PackA(part, k);
                return;
            }

            int first = FirstPacked + ((part - RowBlocks) * Tuning.PanelsPerTask), end = Math.Min(first + Tuning.PanelsPerTask, Panels);
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
            Packing.PackB(b, Depth + (k * blocks.Depth), DepthOf(k), Column + (panel * blocks.PanelColumns), columns, blocks.PanelColumns, PackedPanel(panel, k));
        }

        private int DepthOf(int k) => Math.Min(blocks.Depth, Depths - (k * blocks.Depth));

        // Packed A is [depth block][row block][rows × depth], packed B is [depth block][panel][depth × panel columns]; all depth blocks before the last are full.
        private Span<T> ABlock(int block, int k) =>
            packedA.Span[((k * blocks.Depth * Packing.RoundUp(Rows, MicroKernel.Rows)) + (block * blocks.BlockRows * DepthOf(k)))..];

        private Span<T> PackedPanel(int panel, int k) => packedB.Span[
            ((k * blocks.Depth * Packing.RoundUp(Columns - (FirstPacked * blocks.PanelColumns), blocks.PanelColumns))
                + ((panel - FirstPacked) * blocks.PanelColumns * DepthOf(k)))..];

        // A panel of B, and how far apart its rows are.
        private ReadOnlySpan<T> BPanel(int panel, int k, out int rowStride)
        {
            bool packed = panel >= FirstPacked;
            rowStride = packed ? blocks.PanelColumns : b.RowStride;
            return packed ? PackedPanel(panel, k) : b.Memory.Span[(((Depth + (k * blocks.Depth)) * b.RowStride) + Column + (panel * blocks.PanelColumns))..];
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
                        blockOfA, new(rowStep), rows, new(depth, Step: depthStep), panelOfB, panelRow, target[(((Row + firstRow) * cRowStride) + column)..],
                        cRowStride, present, isLast ? epilogue.Of(column, present, alpha).Of(isFirst, isLast) : new(alpha, !isFirst));
                }
            }
        }

        private static int Count(int length, int block) => (length + block - 1) / block;
    }

    private readonly struct BlockAction<T>(Slice<T> slice, int rowBlock, int columnBlock) : ISimdAction<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        void ISimdAction<T>.Invoke<TSimd, TVector>() => slice.MultiplyBlock<TSimd, TVector>(rowBlock, columnBlock);
    }
}

using System.Numerics;

namespace DeepSharp.Tensors;

/// <summary>A matrix operand of a kernel: memory, lengths, and strides in elements. Transposing swaps the two axes.</summary>
internal readonly record struct MatrixView<T>(ReadOnlyMemory<T> Memory, int Rows, int Columns, int RowStride, int ColumnStride)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>The transposed matrix over the same memory.</summary>
    public MatrixView<T> Transposed => new(Memory, Columns, Rows, ColumnStride, RowStride);

    /// <summary>The view of a tensor that is a matrix, see <see cref="Shape.IsMatrix"/>.</summary>
    public static MatrixView<T> Of(Tensor<T> matrix) => RowMajor(matrix.ReadMemory(), matrix.Shape[0], matrix.Shape[1]);

    /// <summary>The view of a row-major matrix.</summary>
    public static MatrixView<T> RowMajor(ReadOnlyMemory<T> memory, int rows, int columns) => new(memory, rows, columns, columns, 1);
}

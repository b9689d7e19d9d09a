using System.Buffers;
using System.ComponentModel;
using System.Numerics;
using DeepSharp.Tensors;

namespace DeepSharp.Formats;

/// <summary>Visits a tensor's elements in logical row-major order, in pieces, so that files and hashes need no second copy of it.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class LogicalElements
{
    private const int PieceLength = 1 << 18;

    /// <summary>Shows the elements, piece by piece.</summary>
    public static void Read<T, TState>(Tensor<T> tensor, TState state, ReadOnlySpanAction<T, TState> see)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var storage = tensor.Read();
        var (image, length) = Pieces(tensor.Shape);
        using var scratch = image is null ? null : tensor.Context.Pool.Rent<T>(length);
        for (int from = 0; from < storage.Length; from += length)
        {
            var piece = storage.Slice(from, Math.Min(length, storage.Length - from));
            if (image is { } shape)
            {
                StorageLayout.ToLogical(shape, piece, scratch!.Span);
                piece = scratch.Span;
            }

            see(piece, state);
        }
    }

    /// <summary>Replaces the elements, piece by piece.</summary>
    public static void Write<T, TState>(Tensor<T> tensor, TState state, SpanAction<T, TState> fill)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var storage = tensor.Write();
        var (image, length) = Pieces(tensor.Shape);
        using var scratch = image is null ? null : tensor.Context.Pool.Rent<T>(length);
        for (int from = 0; from < storage.Length; from += length)
        {
            var piece = storage.Slice(from, Math.Min(length, storage.Length - from));
            fill(image is null ? piece : scratch!.Span, state);
            if (image is { } shape) StorageLayout.ToStorage<T>(shape, scratch!.Span, piece);
        }
    }

    // Both orders visit axis 0 first, so of a tensor that is not row-major each index of axis 0 is a piece.
    private static (Shape? Image, int Length) Pieces(Shape shape) =>
        StorageLayout.IsRowMajor(shape) ? (null, PieceLength) : (shape.With(0, 1), shape.ElementCount / shape[0]);
}

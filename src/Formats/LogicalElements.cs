using System.Buffers;
using System.ComponentModel;
using System.Numerics;
using DeepSharp.Tensors;

namespace DeepSharp.Formats;

/// <summary>Visits a tensor's elements in logical row-major order, part by part, so that files and hashes need no second copy.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class LogicalElements
{
    private const int PartLength = 1 << 18;

    /// <summary>Passes the elements to <paramref name="see"/>, part by part.</summary>
    public static void Read<T, TState>(Tensor<T> tensor, TState state, ReadOnlySpanAction<T, TState> see)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var storage = tensor.Read();
        var (image, length) = Parts(tensor.Shape);
        using var scratch = image is null ? null : tensor.Context.Pool.Rent<T>(length);
        for (int from = 0; from < storage.Length; from += length)
        {
            var part = storage.Slice(from, Math.Min(length, storage.Length - from));
            if (image is { } shape)
            {
                StorageLayout.ToLogical(shape, part, scratch!.Span);
                part = scratch.Span;
            }

            see(part, state);
        }
    }

    /// <summary>Replaces the elements by those that <paramref name="fill"/> writes, part by part.</summary>
    public static void Write<T, TState>(Tensor<T> tensor, TState state, SpanAction<T, TState> fill)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var storage = tensor.Write();
        var (image, length) = Parts(tensor.Shape);
        using var scratch = image is null ? null : tensor.Context.Pool.Rent<T>(length);
        for (int from = 0; from < storage.Length; from += length)
        {
            var part = storage.Slice(from, Math.Min(length, storage.Length - from));
            fill(image is null ? part : scratch!.Span, state);
            if (image is { } shape) StorageLayout.ToStorage<T>(shape, scratch!.Span, part);
        }
    }

    // Both orders visit axis 0 first. So a tensor that is not stored row-major has one part for each index of axis 0.
    private static (Shape? Image, int Length) Parts(Shape shape) =>
        StorageLayout.IsRowMajor(shape) ? (null, PartLength) : (shape.With(0, 1), shape.ElementCount / shape[0]);
}

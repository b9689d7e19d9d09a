using System.Buffers;
using System.ComponentModel;
using System.Numerics;
using DeepSharp.Tensors;

namespace DeepSharp.Formats;

/// <summary>Reads or replaces the elements of a tensor in logical row-major order, part by part, to save memory.</summary>
/// <remarks>A part has up to 2¹⁸ elements. If the tensor is not stored row-major, a part is one index of axis 0.</remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class LogicalElements
{
    private const int PartLength = 1 << 18;

    /// <summary>Calls <paramref name="sink"/> with the elements, part by part.</summary>
    public static void Read<T, TState>(Tensor<T> tensor, TState state, ReadOnlySpanAction<T, TState> sink)
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

            sink(part, state);
        }
    }

    /// <summary>Replaces the elements with those that <paramref name="fill"/> writes, part by part.</summary>
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

    // Axis 0 varies slowest in logical order and in storage order, so one index of it is a contiguous range in both.
    private static (Shape? Image, int Length) Parts(Shape shape) =>
        StorageLayout.IsRowMajor(shape) ? (null, PartLength) : (shape.With(0, 1), shape.ElementCount / shape[0]);
}

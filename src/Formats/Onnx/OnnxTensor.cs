using System.Buffers;
using System.Numerics;
using System.Runtime.InteropServices;
using DeepSharp.Tensors;

namespace DeepSharp.Formats;

/// <summary>A constant that an <see cref="OnnxGraph"/> writes (TensorProto): 32-bit floating point whatever the model computes in, because run-times do.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Shape">Its shape.</param>
/// <param name="WriteElements">Writes its elements, little-endian, in logical row-major order.</param>
internal sealed record OnnxTensor(string Name, Shape Shape, Action<Stream> WriteElements)
{
    private const int Float32 = 1;

    /// <summary>The length of the elements in bytes.</summary>
    public long ByteCount => (long)sizeof(float) * Shape.ElementCount;

    /// <summary>A tensor, whose elements are read when they are written, piece by piece.</summary>
    public static OnnxTensor Of<T>(string name, Shape shape, Func<Tensor<T>> value)
        where T : unmanaged, IFloatingPointIeee754<T> => new(name, shape, stream => LogicalElements.Read(value(), stream, WriteSingles));

    /// <summary>The constant as a field of a message, up to where its elements begin.</summary>
    public byte[] Head(int field)
    {
        byte[] head = Protobuf.Encode(output =>
        {
            foreach (int length in Shape) output.Integer(1, length);
            output.Integer(2, Float32);
            output.Text(8, Name);
            output.Begin(9, checked((int)ByteCount));
        });
        return [.. Protobuf.Prefix(field, head.Length + ByteCount), .. head];
    }

    private static void WriteSingles<T>(ReadOnlySpan<T> piece, Stream stream)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (typeof(T) == typeof(float))
        {
            stream.Write(MemoryMarshal.AsBytes(piece));
            return;
        }

        float[] singles = ArrayPool<float>.Shared.Rent(piece.Length);
        System.Numerics.Tensors.TensorPrimitives.ConvertTruncating(piece, singles);
        stream.Write(MemoryMarshal.AsBytes(singles.AsSpan(0, piece.Length)));
        ArrayPool<float>.Shared.Return(singles);
    }
}

using System.Buffers;
using System.Numerics;
using System.Runtime.InteropServices;
using DeepSharp.Tensors;

namespace DeepSharp.Vgg;

/// <summary>A constant of an ONNX graph (TensorProto), 32-bit floating point whatever the model computes in, because that is what run-times compute in.</summary>
/// <param name="Name">What nodes call it.</param>
/// <param name="Lengths">Its lengths, outermost first.</param>
/// <param name="WriteElements">Writes its elements, little-endian, in logical row-major order.</param>
internal sealed record OnnxTensor(string Name, IReadOnlyList<long> Lengths, Action<Stream> WriteElements)
{
    private const int Float32 = 1;

    /// <summary>The length of the elements in bytes.</summary>
    public long ByteCount => Lengths.Aggregate((long)sizeof(float), (product, length) => product * length);

    /// <summary>A tensor, whose elements are read when they are written, piece by piece.</summary>
    public static OnnxTensor Of<T>(string name, Tensor<T> tensor)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        new(name, [.. tensor.Shape.Select(length => (long)length)], stream => LogicalElements.Read(tensor, stream, WriteSingles));

    /// <summary>All fields of the tensor but its elements, and the beginning of the field that these are in.</summary>
    public byte[] Head() => Protobuf.Encode(output =>
    {
        foreach (long length in Lengths) output.Integer(1, length);
        output.Integer(2, Float32);
        output.Text(8, Name);
        output.Begin(9, checked((int)ByteCount));
    });

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

using System.Buffers;
using System.Numerics;
using System.Runtime.InteropServices;
using DeepSharp.Tensors;

namespace DeepSharp.Formats;

/// <summary>
/// A constant that an <see cref="OnnxGraph"/> writes (TensorProto). It is always 32-bit floating point, whatever the model's type,
/// because runtimes compute in that type.
/// </summary>
/// <param name="Name">Its name.</param>
/// <param name="Shape">Its shape.</param>
/// <param name="WriteElements">Writes its elements, little-endian, in logical row-major order.</param>
internal sealed record OnnxTensor(string Name, Shape Shape, Action<Stream> WriteElements)
{
    /// <summary>The number of the element type float (TensorProto.DataType).</summary>
    internal const int Float32 = 1;

    /// <summary>The size of the elements in bytes.</summary>
    public long ByteCount => (long)sizeof(float) * Shape.ElementCount;

    /// <summary>A tensor whose elements are read part by part while the file is written.</summary>
    public static OnnxTensor Of<T>(string name, Shape shape, Func<Tensor<T>> value)
        where T : unmanaged, IFloatingPointIeee754<T> => new(name, shape, stream => LogicalElements.Read(value(), stream, WriteSingles));

    /// <summary>The constant encoded as a field of a message, up to its first element.</summary>
    public byte[] Head(int field)
    {
        byte[] head = Protobuf.Encode(output =>
        {
            foreach (int length in Shape) output.Integer(OnnxFields.Tensor.Dimensions, length);
            output.Integer(OnnxFields.Tensor.DataType, Float32);
            output.Text(OnnxFields.Tensor.Name, Name);
            output.Begin(OnnxFields.Tensor.RawData, checked((int)ByteCount));
        });
        return [.. Protobuf.Prefix(field, head.Length + ByteCount), .. head];
    }

    private static void WriteSingles<T>(ReadOnlySpan<T> part, Stream stream)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (typeof(T) == typeof(float))
        {
            stream.Write(MemoryMarshal.AsBytes(part));
            return;
        }

        float[] singles = ArrayPool<float>.Shared.Rent(part.Length);
        System.Numerics.Tensors.TensorPrimitives.ConvertTruncating(part, singles);
        stream.Write(MemoryMarshal.AsBytes(singles.AsSpan(0, part.Length)));
        ArrayPool<float>.Shared.Return(singles);
    }
}

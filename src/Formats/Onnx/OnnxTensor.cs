using System.Buffers;
using System.Numerics;
using System.Runtime.InteropServices;
using DeepSharp.Tensors;

namespace DeepSharp.Formats;

/// <summary>
/// A constant that an <see cref="OnnxGraph"/> writes (TensorProto). Its elements are always float32, whatever the model's type, because the
/// input of the graph is float32 and ONNX operators do not mix types.
/// </summary>
/// <param name="Name">The name of the constant.</param>
/// <param name="Shape">The shape of the constant.</param>
/// <param name="WriteElements">Writes the elements, little-endian, in logical row-major order.</param>
internal sealed record OnnxTensor(string Name, Shape Shape, Action<Stream> WriteElements)
{
    /// <summary>The number of the element type float32 (TensorProto.DataType.FLOAT).</summary>
    internal const int Float32 = 1;

    /// <summary>The size of the elements in bytes.</summary>
    public long ByteCount => (long)sizeof(float) * Shape.ElementCount;

    /// <summary>Creates a constant whose elements are read, and rounded to float32, part by part while the file is written.</summary>
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

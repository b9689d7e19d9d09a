using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using DeepSharp.Tensors;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace DeepSharp.Formats;

/// <summary>Reads a stored tensor, whose elements are <typeparamref name="TStored"/>, into a tensor of the same shape.</summary>
internal static class StoredElements<TStored>
    where TStored : unmanaged
{
    /// <summary>Replaces the elements of <paramref name="target"/>.</summary>
    /// <remarks>No buffer is needed if the types are equal and both tensors are stored row-major without gaps.</remarks>
    /// <exception cref="InvalidDataException">The strided elements span too large a range of the file.</exception>
    public static void Read<T>(StoredTensor stored, Tensor<T> target, WeightsFile file)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (stored.IsZero) target.Write().Clear();
        else if (stored.Strides is null) ReadDense(stored, target, file);
        else ReadStrided(stored, stored.Strides, target, file);
    }

    private static void ReadDense<T>(StoredTensor stored, Tensor<T> target, WeightsFile file)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        long position = stored.Offset;
        LogicalElements.Write(target, target.Context.Pool, (part, pool) =>
        {
            if (typeof(TStored) == typeof(T))
            {
                position += file.ReadBytes(MemoryMarshal.AsBytes(part), position, stored.DataFile);
                return;
            }

            using var buffer = pool.Rent<TStored>(part.Length);
            position += file.ReadBytes(MemoryMarshal.AsBytes(buffer.Span), position, stored.DataFile);
            Convert(buffer.Span, part);
        });
    }

    // Reads the whole range from the first element to the last, because the elements of a transpose are spread over it.
    private static void ReadStrided<T>(StoredTensor stored, IReadOnlyList<long> strides, Tensor<T> target, WeightsFile file)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (stored.Extent > Array.MaxLength)
            throw new InvalidDataException($"{stored} spans {stored.Extent} elements of the file; at most {Array.MaxLength} can be read.");
        using var spread = target.Context.Pool.Rent<TStored>((int)stored.Extent);
        file.ReadBytes(MemoryMarshal.AsBytes(spread.Span), stored.Offset, stored.DataFile);
        long[] index = new long[strides.Count];
        long at = 0;
        LogicalElements.Write(target, target.Context.Pool, (part, pool) =>
        {
            using var buffer = pool.Rent<TStored>(part.Length);
            Span<TStored> gathered = buffer.Span, source = spread.Span;
            for (int i = 0; i < gathered.Length; i++)
            {
                gathered[i] = source[(int)at];
                Advance();
            }

            Convert<T>(gathered, part);
        });

        // Moves to the next element in logical order: the last axis varies fastest.
        void Advance()
        {
            for (int axis = index.Length - 1; axis >= 0; axis--)
            {
                at += strides[axis];
                if (++index[axis] < stored.StridedShape[axis]) return;
                at -= strides[axis] * stored.StridedShape[axis];
                index[axis] = 0;
            }
        }
    }

    private static void Convert<T>(ReadOnlySpan<TStored> source, Span<T> target)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (typeof(TStored) == typeof(T)) MemoryMarshal.Cast<TStored, T>(source).CopyTo(target);
        else if (typeof(TStored) == typeof(Half)) TensorPrimitives.ConvertTruncating(MemoryMarshal.Cast<TStored, Half>(source), target);
        else if (typeof(TStored) == typeof(float)) TensorPrimitives.ConvertTruncating(MemoryMarshal.Cast<TStored, float>(source), target);
        else if (typeof(TStored) == typeof(double)) TensorPrimitives.ConvertTruncating(MemoryMarshal.Cast<TStored, double>(source), target);
        else for (int i = 0; i < source.Length; i++) target[i] = T.CreateTruncating(Unsafe.BitCast<TStored, BrainFloat>(source[i]).Value);
    }
}

/// <summary>A bfloat16: the upper 16 bits of a float32.</summary>
internal readonly record struct BrainFloat(ushort Bits)
{
    public float Value => BitConverter.UInt32BitsToSingle((uint)Bits << 16);
}

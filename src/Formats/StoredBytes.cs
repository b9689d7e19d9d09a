namespace DeepSharp.Formats;

/// <summary>Reads the bytes of a stored tensor of any type without conversion, in logical row-major order.</summary>
internal static class StoredBytes
{
    private const int PartLength = 1 << 20;

    /// <summary>Receives a part of the bytes.</summary>
    public delegate void Sink(ReadOnlySpan<byte> part);

    /// <summary>Calls <paramref name="sink"/> with the bytes, part by part.</summary>
    /// <exception cref="InvalidDataException">The strided elements span too large a range of the file.</exception>
    public static void Read(StoredTensor stored, WeightsFile file, Sink sink)
    {
        if (stored.ByteCount == 0) return;
        byte[] part = new byte[(int)Math.Min(stored.ByteCount, PartLength)];
        if (stored.Strides is not { } strides)
        {
            for (long done = 0; done < stored.ByteCount;)
            {
                var next = part.AsSpan(0, (int)Math.Min(part.Length, stored.ByteCount - done));
                done += stored.IsZero ? next.Length : file.ReadBytes(next, stored.Offset + done, stored.DataFile);
                sink(next);
            }

            return;
        }

        int size = StoredTensor.ElementSize(stored.Type), filled = 0;
        int maxExtent = Array.MaxLength / sizeof(double);
        if (stored.Extent > maxExtent)
            throw new InvalidDataException($"{stored} spans {stored.Extent} elements of the file; at most {maxExtent} can be read.");
        byte[] spread = new byte[(int)stored.Extent * size];
        file.ReadBytes(spread, stored.Offset, stored.DataFile);
        foreach (long offset in Offsets(stored.StridedShape, strides))
        {
            spread.AsSpan((int)offset * size, size).CopyTo(part.AsSpan(filled));
            filled += size;
            if (filled < part.Length) continue;
            sink(part);
            filled = 0;
        }

        sink(part.AsSpan(0, filled));
    }

    // The offsets of the elements, in elements, in logical order: the last axis varies fastest.
    private static IEnumerable<long> Offsets(IReadOnlyList<long> shape, IReadOnlyList<long> strides)
    {
        long[] index = new long[shape.Count];
        for (long offset = 0; ;)
        {
            yield return offset;
            int axis = shape.Count - 1;
            for (; axis >= 0; axis--)
            {
                offset += strides[axis];
                if (++index[axis] < shape[axis]) break;
                offset -= strides[axis] * shape[axis];
                index[axis] = 0;
            }

            if (axis < 0) yield break;
        }
    }
}

namespace DeepSharp.Formats;

/// <summary>Reads the bytes of a stored tensor as they are, in logical row-major order, whatever their type.</summary>
internal static class StoredBytes
{
    private const int PieceLength = 1 << 20;

    /// <summary>Takes a piece of the bytes.</summary>
    public delegate void Sink(ReadOnlySpan<byte> piece);

    /// <summary>Shows the bytes, piece by piece.</summary>
    /// <exception cref="InvalidDataException">The elements are spread too far over the file.</exception>
    public static void Read(StoredTensor stored, WeightsFile file, Sink see)
    {
        if (stored.ByteCount == 0) return;
        byte[] piece = new byte[(int)Math.Min(stored.ByteCount, PieceLength)];
        if (stored.Strides is not { } strides)
        {
            for (long done = 0; done < stored.ByteCount;)
            {
                var next = piece.AsSpan(0, (int)Math.Min(piece.Length, stored.ByteCount - done));
                done += file.ReadBytes(next, stored.Offset + done);
                see(next);
            }

            return;
        }

        int size = StoredTensor.ElementSize(stored.Type), filled = 0;
        if (stored.Extent > Array.MaxLength / sizeof(double)) throw new InvalidDataException($"{stored} is spread over {stored.Extent} elements, too many to read at once.");
        byte[] spread = new byte[(int)stored.Extent * size];
        file.ReadBytes(spread, stored.Offset);
        foreach (long position in Positions(stored.Shape, strides))
        {
            spread.AsSpan((int)position * size, size).CopyTo(piece.AsSpan(filled));
            filled += size;
            if (filled < piece.Length) continue;
            see(piece);
            filled = 0;
        }

        see(piece.AsSpan(0, filled));
    }

    // The elements in logical order: the last axis turns fastest.
    private static IEnumerable<long> Positions(IReadOnlyList<long> shape, IReadOnlyList<long> strides)
    {
        long[] index = new long[shape.Count];
        for (long position = 0; ;)
        {
            yield return position;
            int axis = shape.Count - 1;
            for (; axis >= 0; axis--)
            {
                position += strides[axis];
                if (++index[axis] < shape[axis]) break;
                position -= strides[axis] * shape[axis];
                index[axis] = 0;
            }

            if (axis < 0) yield break;
        }
    }
}

using System.Buffers.Binary;
using System.Text;

namespace DeepSharp.Formats;

/// <summary>Reads the bytes of consecutive pickles in a file through a small buffer, because the data after them may be large.</summary>
internal sealed class PickleSource
{
    /// <summary>The maximum total length of the pickles. VGG-16's take a few KB, because its weights are stored outside them.</summary>
    public const int MaxLength = 1 << 24;

    private const int MaxLineLength = 256;

    private readonly WeightsFile file;
    private readonly long start, end;
    private readonly byte[] buffer = new byte[1 << 12];
    private int next, filled;
    private long bufferEnd;

    /// <summary>Creates a source that reads from the file offset <paramref name="start"/> to <paramref name="end"/> at most.</summary>
    public PickleSource(WeightsFile file, long start, long end) =>
        (this.file, this.start, this.end, bufferEnd) = (file, start, end, start);

    /// <summary>The file offset of the next byte.</summary>
    public long Position => bufferEnd - (filled - next);

    public byte ReadByte()
    {
        if (next == filled) Refill();
        return buffer[next++];
    }

    public byte[] ReadBytes(ulong count)
    {
        if (count > (ulong)(end - Position))
        {
            throw new InvalidDataException(
                $"the pickle is truncated: it ends at byte {end}, but needs {count} bytes from byte {Position} on.");
        }

        if (Position + (long)count - start > MaxLength) throw TooLong();
        byte[] bytes = new byte[(int)count];
        for (int i = 0; i < bytes.Length;)
        {
            if (next == filled) Refill();
            int available = Math.Min(filled - next, bytes.Length - i);
            buffer.AsSpan(next, available).CopyTo(bytes.AsSpan(i));
            next += available;
            i += available;
        }

        return bytes;
    }

    public ushort ReadUInt16() => BinaryPrimitives.ReadUInt16LittleEndian(ReadBytes(sizeof(ushort)));

    public int ReadInt32() => BinaryPrimitives.ReadInt32LittleEndian(ReadBytes(sizeof(int)));

    public uint ReadUInt32() => BinaryPrimitives.ReadUInt32LittleEndian(ReadBytes(sizeof(uint)));

    public ulong ReadUInt64() => BinaryPrimitives.ReadUInt64LittleEndian(ReadBytes(sizeof(ulong)));

    /// <summary>Reads a double. In a pickle, only floating-point numbers are big-endian.</summary>
    public double ReadDouble() => BinaryPrimitives.ReadDoubleBigEndian(ReadBytes(sizeof(double)));

    /// <summary>Reads a name: the characters up to the end of the line.</summary>
    public string ReadLine()
    {
        var line = new StringBuilder();
        for (byte character = ReadByte(); character != '\n'; character = ReadByte())
        {
            if (line.Length == MaxLineLength)
                throw new InvalidDataException($"the pickle has a name of more than {MaxLineLength} characters.");
            line.Append((char)character);
        }

        return line.ToString();
    }

    private void Refill()
    {
        if (bufferEnd == end)
            throw new InvalidDataException($"the pickle is truncated: it ends at byte {end}, before its last instruction.");
        if (bufferEnd - start >= MaxLength) throw TooLong();
        filled = (int)Math.Min(buffer.Length, end - bufferEnd);
        next = 0;
        bufferEnd += file.ReadBytes(buffer.AsSpan(0, filled), bufferEnd);
    }

    private static InvalidDataException TooLong() => new($"the pickle is longer than {MaxLength} bytes, which no state dictionary needs.");
}

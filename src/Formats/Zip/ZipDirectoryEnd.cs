using System.Buffers.Binary;

namespace DeepSharp.Formats;

/// <summary>The record at the end of a zip archive, which locates its central directory.</summary>
/// <param name="Start">The file offset of the directory.</param>
/// <param name="Length">The length of the directory in bytes.</param>
/// <param name="Count">The number of files in the directory.</param>
internal readonly record struct ZipDirectoryEnd(long Start, int Length, ulong Count)
{
    private const uint Signature = 0x06054B50, LocatorSignature = 0x07064B50, WideSignature = 0x06064B50;
    private const int RecordLength = 22, LocatorLength = 20, WideRecordLength = 56, MaxCommentLength = ushort.MaxValue;
    private const int MaxDirectoryLength = 1 << 24;

    /// <summary>
    /// Finds the record. If a 64-bit record (zip64) precedes it, as in archives of more than 4 GiB, its values are used instead.
    /// </summary>
    /// <exception cref="InvalidDataException">
    /// There is no record, it points outside the file, or the directory is longer than 16 MiB.
    /// </exception>
    public static ZipDirectoryEnd Find(WeightsFile file)
    {
        byte[] tail = new byte[(int)Math.Min(file.Length, RecordLength + MaxCommentLength)];
        file.ReadBytes(tail, file.Length - tail.Length);
        int at = tail.Length - RecordLength;
        while (at >= 0 && !IsRecord(tail.AsSpan(at))) at--;
        if (at < 0) throw new InvalidDataException("the zip archive has no directory at its end; it is truncated or damaged.");

        var record = tail.AsSpan(at);
        ulong count = BinaryPrimitives.ReadUInt16LittleEndian(record[10..]);
        ulong length = BinaryPrimitives.ReadUInt32LittleEndian(record[12..]);
        ulong start = BinaryPrimitives.ReadUInt32LittleEndian(record[16..]);
        if (at >= LocatorLength && BinaryPrimitives.ReadUInt32LittleEndian(tail.AsSpan(at - LocatorLength)) == LocatorSignature)
            (start, length, count) = ReadWide(file, BinaryPrimitives.ReadUInt64LittleEndian(tail.AsSpan(at - LocatorLength + 8)));

        ulong before = (ulong)(file.Length - record.Length);
        if (length > MaxDirectoryLength || length > before || start > before - length)
        {
            throw new InvalidDataException(
                $"the zip archive is truncated or damaged: a directory of {length} bytes cannot be at byte {start} of {file.Length}.");
        }

        return new ZipDirectoryEnd((long)start, (int)length, count);
    }

    // A comment may follow the record, and further bytes, which PyTorch ignores too.
    private static bool IsRecord(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt32LittleEndian(bytes) == Signature
        && BinaryPrimitives.ReadUInt16LittleEndian(bytes[20..]) <= bytes.Length - RecordLength;

    private static (ulong Start, ulong Length, ulong Count) ReadWide(WeightsFile file, ulong position)
    {
        byte[] record = new byte[WideRecordLength];
        if (position > (ulong)(file.Length - record.Length))
        {
            throw new InvalidDataException(
                $"the zip archive is truncated or damaged: its 64-bit record cannot be at byte {position} of {file.Length}.");
        }

        file.ReadBytes(record, (long)position);
        if (BinaryPrimitives.ReadUInt32LittleEndian(record) != WideSignature)
            throw new InvalidDataException($"the zip archive is truncated or damaged: it has no 64-bit record at byte {position}.");
        return (
            BinaryPrimitives.ReadUInt64LittleEndian(record.AsSpan(48)),
            BinaryPrimitives.ReadUInt64LittleEndian(record.AsSpan(40)),
            BinaryPrimitives.ReadUInt64LittleEndian(record.AsSpan(32)));
    }
}

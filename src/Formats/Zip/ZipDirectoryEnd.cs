using System.Buffers.Binary;

namespace DeepSharp.Formats;

/// <summary>The record at the end of a zip archive, which says where its directory is.</summary>
/// <param name="Start">Where the directory begins in the file.</param>
/// <param name="Length">Its length in bytes.</param>
/// <param name="Count">How many files it lists.</param>
internal readonly record struct ZipDirectoryEnd(long Start, int Length, ulong Count)
{
    private const uint Signature = 0x06054B50, LocatorSignature = 0x07064B50, WideSignature = 0x06064B50;
    private const int RecordLength = 22, LocatorLength = 20, WideRecordLength = 56, MaxCommentLength = ushort.MaxValue;
    private const int MaxDirectoryLength = 1 << 24;

    /// <summary>Finds the record, or the one for archives of more than 4 GiB before it, which is right where there is one.</summary>
    /// <exception cref="InvalidDataException">There is none, or it points outside of the file.</exception>
    public static ZipDirectoryEnd Find(WeightsFile file)
    {
        byte[] tail = new byte[(int)Math.Min(file.Length, RecordLength + MaxCommentLength)];
        file.ReadBytes(tail, file.Length - tail.Length);
        int at = tail.Length - RecordLength;
        while (at >= 0 && !IsRecord(tail.AsSpan(at))) at--;
        if (at < 0) throw new InvalidDataException("the zip archive has no directory at its end; it is truncated or damaged.");

        var record = tail.AsSpan(at);
        ulong count = BinaryPrimitives.ReadUInt16LittleEndian(record[10..]);
        ulong length = BinaryPrimitives.ReadUInt32LittleEndian(record[12..]), start = BinaryPrimitives.ReadUInt32LittleEndian(record[16..]);
        if (at >= LocatorLength && BinaryPrimitives.ReadUInt32LittleEndian(tail.AsSpan(at - LocatorLength)) == LocatorSignature)
            (start, length, count) = ReadWide(file, BinaryPrimitives.ReadUInt64LittleEndian(tail.AsSpan(at - LocatorLength + 8)));

        ulong before = (ulong)(file.Length - record.Length);
        if (length > MaxDirectoryLength || length > before || start > before - length)
            throw new InvalidDataException($"the zip archive's directory is said to take {length} bytes from byte {start} on, which cannot be; it is truncated or damaged.");
        return new ZipDirectoryEnd((long)start, (int)length, count);
    }

    // A comment may follow, which reaches exactly to the end of the file.
    private static bool IsRecord(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt32LittleEndian(bytes) == Signature
        && BinaryPrimitives.ReadUInt16LittleEndian(bytes[20..]) == bytes.Length - RecordLength;

    private static (ulong Start, ulong Length, ulong Count) ReadWide(WeightsFile file, ulong position)
    {
        byte[] record = new byte[WideRecordLength];
        if (position > (ulong)(file.Length - record.Length)) throw new InvalidDataException($"the zip archive's directory is said to end at byte {position}, beyond the file.");
        file.ReadBytes(record, (long)position);
        if (BinaryPrimitives.ReadUInt32LittleEndian(record) != WideSignature) throw new InvalidDataException($"the zip archive's directory does not end at byte {position}, as it says.");
        return (
            BinaryPrimitives.ReadUInt64LittleEndian(record.AsSpan(48)),
            BinaryPrimitives.ReadUInt64LittleEndian(record.AsSpan(40)),
            BinaryPrimitives.ReadUInt64LittleEndian(record.AsSpan(32)));
    }
}

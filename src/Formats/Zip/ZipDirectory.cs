using System.Buffers.Binary;
using System.Text;

namespace DeepSharp.Formats;

/// <summary>Reads the central directory of a zip archive: the list of its files. Archives of PyTorch are not compressed.</summary>
/// <remarks>
/// Follows PKWARE's APPNOTE.TXT, with the 64-bit extensions (zip64). <c>System.IO.Compression</c> neither exposes the offset of a file in
/// the archive nor verifies its checksum. Compressed files are refused, so an archive can never expand in memory.
/// </remarks>
internal static class ZipDirectory
{
    private const uint EntrySignature = 0x02014B50, LocalSignature = 0x04034B50;
    private const int EntryLength = 46, LocalLength = 30;
    private const ushort EncryptedFlag = 1, WideNumbers = 1;

    /// <summary>Reads the files by name. Checks that all of them lie before the directory, and that they do not overlap.</summary>
    /// <exception cref="InvalidDataException">The archive is truncated, damaged, compressed or encrypted.</exception>
    public static Dictionary<string, ZipEntry> Read(WeightsFile file)
    {
        var (start, length, count) = ZipDirectoryEnd.Find(file);
        byte[] directory = new byte[length];
        file.ReadBytes(directory, start);
        Dictionary<string, ZipEntry> entries = [];
        List<(long From, long To, string Name)> ranges = [];
        for (ReadOnlySpan<byte> rest = directory; !rest.IsEmpty;)
        {
            var listed = ReadEntry(ref rest);
            var entry = listed with { Offset = DataOffset(file, listed, start) };
            if (!entries.TryAdd(entry.Name, entry)) throw new InvalidDataException($"the archive has two files \"{entry.Name}\".");
            ranges.Add((listed.Offset, entry.Offset + entry.Length, entry.Name));
        }

        if ((ulong)entries.Count != count)
            throw new InvalidDataException($"the archive should have {count} files, its directory lists {entries.Count}.");
        RequireNoOverlaps(ranges);
        return entries;
    }

    /// <summary>Reads the next entry of the directory. The offset of the result is that of the file's local header.</summary>
    private static ZipEntry ReadEntry(ref ReadOnlySpan<byte> rest)
    {
        if (rest.Length < EntryLength || BinaryPrimitives.ReadUInt32LittleEndian(rest) != EntrySignature)
            throw new InvalidDataException("the archive's directory is damaged.");
        int nameLength = BinaryPrimitives.ReadUInt16LittleEndian(rest[28..]);
        int extraLength = BinaryPrimitives.ReadUInt16LittleEndian(rest[30..]);
        int length = EntryLength + nameLength + extraLength + BinaryPrimitives.ReadUInt16LittleEndian(rest[32..]);
        if (rest.Length < length) throw new InvalidDataException("the archive's directory is damaged.");
        string name = Encoding.UTF8.GetString(rest.Slice(EntryLength, nameLength));
        if ((BinaryPrimitives.ReadUInt16LittleEndian(rest[8..]) & EncryptedFlag) != 0)
            throw new InvalidDataException($"the file \"{name}\" in the archive is encrypted.");

        // A number that does not fit in 32 bits is stored in the extra field: length, compressed length and offset, in this order.
        var wide = FindExtra(rest.Slice(EntryLength + nameLength, extraLength), WideNumbers);
        ulong unpacked = Number(rest[24..], ref wide), packed = Number(rest[20..], ref wide), offset = Number(rest[42..], ref wide);
        if (name.Contains("/code/", StringComparison.Ordinal))
            throw new InvalidDataException("a TorchScript program; save model.state_dict() with torch.save instead.");
        if (BinaryPrimitives.ReadUInt16LittleEndian(rest[10..]) != 0 || packed != unpacked)
            throw new InvalidDataException($"the file \"{name}\" in the archive is compressed; torch.save stores files as they are.");
        if (unpacked > long.MaxValue || offset > long.MaxValue)
            throw new InvalidDataException($"the file \"{name}\" in the archive cannot take {unpacked} bytes from byte {offset} on.");

        var entry = new ZipEntry(name, (long)offset, (long)unpacked, BinaryPrimitives.ReadUInt32LittleEndian(rest[16..]));
        rest = rest[length..];
        return entry;
    }

    /// <summary>The offset of a file's data: after its local header, whose extra field may be longer than that in the directory.</summary>
    private static long DataOffset(WeightsFile file, ZipEntry entry, long end)
    {
        Span<byte> header = stackalloc byte[LocalLength];
        if (entry.Offset <= end - LocalLength)
        {
            file.ReadBytes(header, entry.Offset);
            int nameLength = BinaryPrimitives.ReadUInt16LittleEndian(header[26..]);
            int extraLength = BinaryPrimitives.ReadUInt16LittleEndian(header[28..]);
            long offset = entry.Offset + LocalLength + nameLength + extraLength;
            if (BinaryPrimitives.ReadUInt32LittleEndian(header) == LocalSignature && offset <= end && entry.Length <= end - offset)
                return offset;
        }

        throw new InvalidDataException(
            $"the file \"{entry.Name}\" of {entry.Length} bytes in the archive is not at byte {entry.Offset}, as the directory says.");
    }

    private static ReadOnlySpan<byte> FindExtra(ReadOnlySpan<byte> extra, ushort id)
    {
        while (extra.Length >= 4)
        {
            int length = Math.Min(BinaryPrimitives.ReadUInt16LittleEndian(extra[2..]), extra.Length - 4);
            if (BinaryPrimitives.ReadUInt16LittleEndian(extra) == id) return extra.Slice(4, length);
            extra = extra[(4 + length)..];
        }

        return [];
    }

    private static ulong Number(ReadOnlySpan<byte> field, ref ReadOnlySpan<byte> wide)
    {
        uint number = BinaryPrimitives.ReadUInt32LittleEndian(field);
        if (number != uint.MaxValue || wide.Length < sizeof(ulong)) return number;
        ulong wideNumber = BinaryPrimitives.ReadUInt64LittleEndian(wide);
        wide = wide[sizeof(ulong)..];
        return wideNumber;
    }

    private static void RequireNoOverlaps(List<(long From, long To, string Name)> ranges)
    {
        ranges.Sort();
        for (int i = 1; i < ranges.Count; i++)
        {
            if (ranges[i].From < ranges[i - 1].To)
                throw new InvalidDataException($"the files \"{ranges[i - 1].Name}\" and \"{ranges[i].Name}\" overlap in the archive.");
        }
    }
}

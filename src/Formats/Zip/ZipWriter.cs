using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;

namespace DeepSharp.Formats;

/// <summary>
/// Writes an uncompressed zip archive to a seekable stream. The data of each file begins at a multiple of 64 bytes, so that it can be
/// mapped into memory.
/// </summary>
/// <remarks>
/// Follows PKWARE's APPNOTE.TXT without the 64-bit extensions, so the directory must begin before 4 GiB and have at most
/// <see cref="MaxEntries"/> files.
/// </remarks>
internal sealed class ZipWriter(Stream stream)
{
    /// <summary>The maximum number of files in an archive without the 64-bit extensions.</summary>
    public const int MaxEntries = ushort.MaxValue - 1;

    private const uint LocalSignature = 0x04034B50, EntrySignature = 0x02014B50, EndSignature = 0x06054B50;
    private const int LocalLength = 30, ExtraHeaderLength = 4, Alignment = 64;
    // The date 1980-01-01, and the flag for names in UTF-8.
    private const ushort Date = 0x21, Utf8Flag = 1 << 11;

    // The id of the extra field that PyTorch uses for padding.
    private const ushort PaddingId = 0x4246;

    private readonly List<(byte[] Name, long Offset, uint Crc, uint Length)> entries = [];

    /// <summary>Receives bytes of a file.</summary>
    public delegate void BytesSink(ReadOnlySpan<byte> bytes);

    /// <summary>Adds a file.</summary>
    /// <param name="name">The path of the file in the archive.</param>
    /// <param name="write">Passes the bytes of the file to a sink, in any number of calls.</param>
    /// <exception cref="IOException">The archive would be too large.</exception>
    public void Add(string name, Action<BytesSink> write)
    {
        long start = stream.Position;
        byte[] nameBytes = Encoding.UTF8.GetBytes(name);
        int unpadded = (int)((start + LocalLength + nameBytes.Length + ExtraHeaderLength) % Alignment);
        byte[] padding = new byte[(Alignment - unpadded) % Alignment];
        WriteLocalHeader(nameBytes, padding, crc: 0, length: 0);

        long dataStart = stream.Position;
        var checksum = new Crc32();
        write(bytes =>
        {
            checksum.Append(bytes);
            stream.Write(bytes);
        });

        // The local header is written again, with the checksum and length, which are known only now.
        long end = stream.Position;
        uint length = Checked(end - dataStart), crc = checksum.GetCurrentHashAsUInt32();
        stream.Position = start;
        WriteLocalHeader(nameBytes, padding, crc, length);
        stream.Position = end;
        entries.Add((nameBytes, start, crc, length));
    }

    /// <summary>Writes the central directory and its end record, which complete the archive.</summary>
    /// <exception cref="IOException">The archive would be too large.</exception>
    public void Finish()
    {
        long start = stream.Position;
        foreach (var (name, offset, crc, length) in entries)
        {
            Write32(EntrySignature);
            // Written by version 2.0 of the format. WriteCommon adds the version needed to read the file.
            Write16(20);
            WriteCommon(crc, length, name.Length, extraLength: 0);
            // No comment, first disk, no internal attributes, no external attributes.
            Write16(0);
            Write16(0);
            Write16(0);
            Write32(0);
            Write32(Checked(offset));
            stream.Write(name);
        }

        uint directoryLength = Checked(stream.Position - start);
        Write32(EndSignature);
        Write16(0);
        Write16(0);
        Write16(checked((ushort)entries.Count));
        Write16((ushort)entries.Count);
        Write32(directoryLength);
        Write32(Checked(start));
        Write16(0);
    }

    private void WriteLocalHeader(byte[] name, byte[] padding, uint crc, uint length)
    {
        Write32(LocalSignature);
        WriteCommon(crc, length, name.Length, ExtraHeaderLength + padding.Length);
        stream.Write(name);
        Write16(PaddingId);
        Write16((ushort)padding.Length);
        stream.Write(padding);
    }

    /// <summary>Writes the fields common to a file's local header and its entry in the directory.</summary>
    private void WriteCommon(uint crc, uint length, int nameLength, int extraLength)
    {
        Write16(20);
        Write16(Utf8Flag);
        // Method: stored. Time: midnight.
        Write16(0);
        Write16(0);
        Write16(Date);
        Write32(crc);
        Write32(length);
        Write32(length);
        Write16(checked((ushort)nameLength));
        Write16((ushort)extraLength);
    }

    private void Write16(ushort value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(ushort)];
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, value);
        stream.Write(bytes);
    }

    private void Write32(uint value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        stream.Write(bytes);
    }

    private static uint Checked(long value) => value < uint.MaxValue
        ? (uint)value
        : throw new IOException("A .pth file of more than 4 GiB cannot be written; use safetensors.");
}

using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace DeepSharp.Vgg;

/// <summary>The checksum of zip archives: CRC-32 with the reflected polynomial 0xEDB88320, sixteen bytes a step.</summary>
/// <remarks>
/// Kounavis and Berry, "A systematic approach to building high performance software-based CRC generators" (2005): the checksum is linear, so that of
/// sixteen bytes is the exclusive or of what each byte contributes from its place, which a table holds for every place.
/// </remarks>
internal static class Crc32
{
    private const uint Polynomial = 0xEDB88320;
    private const int Places = 16;

    // Table p, from 256·p on: what a byte contributes that is followed by p others.
    private static readonly uint[] Tables = MakeTables();

    /// <summary>The checksum of all bytes so far and these; it is 0 of no bytes.</summary>
    public static uint Append(uint crc, ReadOnlySpan<byte> bytes)
    {
        // Every index below is under 16·256, the length of the table, whatever the bytes.
        ref uint table = ref MemoryMarshal.GetArrayDataReference(Tables);
        crc = ~crc;
        while (bytes.Length >= Places)
        {
            ulong first = BinaryPrimitives.ReadUInt64LittleEndian(bytes) ^ crc;
            ulong second = BinaryPrimitives.ReadUInt64LittleEndian(bytes[sizeof(ulong)..]);
            crc = OfEight(ref Unsafe.Add(ref table, 256 * sizeof(ulong)), first) ^ OfEight(ref table, second);
            bytes = bytes[Places..];
        }

        foreach (byte value in bytes) crc = (crc >> 8) ^ Tables[(byte)(crc ^ value)];
        return ~crc;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint OfEight(ref uint table, ulong bytes) =>
        Unsafe.Add(ref table, (7 * 256) + (int)(byte)bytes) ^
        Unsafe.Add(ref table, (6 * 256) + (int)(byte)(bytes >> 8)) ^
        Unsafe.Add(ref table, (5 * 256) + (int)(byte)(bytes >> 16)) ^
        Unsafe.Add(ref table, (4 * 256) + (int)(byte)(bytes >> 24)) ^
        Unsafe.Add(ref table, (3 * 256) + (int)(byte)(bytes >> 32)) ^
        Unsafe.Add(ref table, (2 * 256) + (int)(byte)(bytes >> 40)) ^
        Unsafe.Add(ref table, (1 * 256) + (int)(byte)(bytes >> 48)) ^
        Unsafe.Add(ref table, (int)(byte)(bytes >> 56));

    private static uint[] MakeTables()
    {
        uint[] tables = new uint[Places * 256];
        for (uint i = 0; i < 256; i++)
        {
            uint crc = i;
            for (int bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ (Polynomial & (0 - (crc & 1)));
            tables[i] = crc;
        }

        for (int i = 256; i < tables.Length; i++) tables[i] = (tables[i - 256] >> 8) ^ tables[(byte)tables[i - 256]];
        return tables;
    }
}

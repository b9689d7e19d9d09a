using System.Buffers.Binary;

namespace DeepSharp.Vgg.Tests.Weights;

/// <summary>Simulates damage to files by disks, networks and attackers. The same seed produces the same damage.</summary>
/// <remarks>
/// About three out of four copies are damaged in the structure: headers, directories and pickles, which contain offsets and lengths. The
/// rest of a file is tensor data, for which most formats allow any bytes.
/// </remarks>
internal sealed class FileMutation(int seed, byte[] original, IReadOnlyList<Range> structure)
{
    // Values at which careless arithmetic fails.
    private static readonly ulong[] Extremes =
        [0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, long.MaxValue, 1UL << 63, ulong.MaxValue];

    private readonly Random random = new(seed);

    /// <summary>The number of copies that were damaged in the structure.</summary>
    public int InStructure { get; private set; }

    /// <summary>Returns a damaged copy.</summary>
    public byte[] Next()
    {
        bool hitsStructure = random.Next(4) != 0;
        if (hitsStructure) InStructure++;
        byte[] file = [.. original];
        for (int times = 1 + random.Next(3); times > 0 && file.Length > 0; times--)
            file = Mutate(file, ChooseOffset(hitsStructure, file.Length));
        return file;
    }

    private int ChooseOffset(bool inStructure, int length)
    {
        if (!inStructure) return random.Next(length);
        // Every part of the structure is equally likely, whatever its length.
        var (offset, count) = structure[random.Next(structure.Count)].GetOffsetAndLength(original.Length);
        return Math.Min(offset + random.Next(count), length - 1);
    }

    private byte[] Mutate(byte[] file, int at)
    {
        switch (random.Next(9))
        {
            case 0:
            case 1:
                file[at] ^= (byte)(1 << random.Next(8));
                return file;
            case 2:
            case 3:
                file[at] = (byte)random.Next(256);
                return file;
            case 4:
                // An extreme value of 1, 2, 4 or 8 bytes.
                Span<byte> number = stackalloc byte[8];
                BinaryPrimitives.WriteUInt64LittleEndian(number, Extremes[random.Next(Extremes.Length)]);
                number[..Math.Min(1 << random.Next(4), file.Length - at)].CopyTo(file.AsSpan(at));
                return file;
            case 5:
                // Bytes that are valid elsewhere in the file.
                int from = random.Next(original.Length);
                int length = Math.Min(1 + random.Next(40), Math.Min(original.Length - from, file.Length - at));
                original.AsSpan(from, length).CopyTo(file.AsSpan(at));
                return file;
            case 6:
                return [.. file[..at], .. file[Math.Min(file.Length, at + 1 + random.Next(20))..]];
            case 7:
                byte[] inserted = new byte[1 + random.Next(20)];
                random.NextBytes(inserted);
                return [.. file[..at], .. inserted, .. file[at..]];
            default:
                return file[..at];
        }
    }
}

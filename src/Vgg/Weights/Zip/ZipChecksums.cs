using DeepSharp.Tensors;

namespace DeepSharp.Vgg;

/// <summary>Compares the files in a zip archive with their checksums, in pieces that any worker may take.</summary>
internal static class ZipChecksums
{
    // So that a piece is still in the cache when its checksum is computed.
    private const int PieceLength = 1 << 18;

    /// <summary>Throws unless every file has its checksum.</summary>
    /// <exception cref="InvalidDataException">One has another.</exception>
    public static void Compare(WeightsFile file, IReadOnlyCollection<ZipEntry> entries, ComputeContext context)
    {
        List<(long Offset, int Length)> pieces = [];
        foreach (var entry in entries)
        {
            for (long from = 0; from < entry.Length; from += PieceLength) pieces.Add((entry.Offset + from, (int)Math.Min(PieceLength, entry.Length - from)));
        }

        uint[] checksums = new uint[pieces.Count];
        context.Workers.Run(pieces.Count, piece =>
        {
            var (offset, length) = pieces[piece];
            using var bytes = context.Pool.Rent<byte>(length);
            file.ReadBytes(bytes.Span, offset);
            checksums[piece] = Crc32.Append(0, bytes.Span);
        });

        int next = 0;
        foreach (var entry in entries)
        {
            uint crc = 0;
            for (long length = 0; length < entry.Length; length += pieces[next++].Length) crc = Crc32.Combine(crc, checksums[next], pieces[next].Length);
            if (crc != entry.Crc) throw new InvalidDataException($"the file is damaged: \"{entry.Name}\" in it has the CRC-32 {crc:x8}, it was written with {entry.Crc:x8}.");
        }
    }
}

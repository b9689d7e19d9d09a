using System.Buffers.Binary;
using System.Security.Cryptography;

namespace DeepSharp.Formats;

/// <summary>Collects tensors and metadata and writes them as one safetensors file.</summary>
/// <remarks>
/// The file stores a hash of all its bytes as the metadata <c>sha256</c>. The hash is computed with zeros in place of its 64 digits.
/// <see cref="SafeTensorsFile"/> verifies it.
/// </remarks>
public sealed class SafeTensorsWriter : WeightsWriter
{
    internal static readonly string NoHash = new('0', 2 * SHA256.HashSizeInBytes);

    /// <inheritdoc/>
    public override void Save(string path)
    {
        // The widest elements come first, so each tensor is aligned to the size of its elements.
        Entry[] sorted = [.. Entries.OrderByDescending(entry => StoredTensor.ElementSize(entry.Type))
            .ThenBy(entry => entry.Name, StringComparer.Ordinal)];
        byte[] header = Header(sorted, NoHash);
        AtomicFile.Write(path, stream =>
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            BytesSink write = bytes =>
            {
                hash.AppendData(bytes);
                stream.Write(bytes);
            };
            Span<byte> length = stackalloc byte[sizeof(ulong)];
            BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)header.Length);
            write(length);
            write(header);
            foreach (var entry in sorted) entry.WriteData(write);

            // The digest replaces the zeros, so the header keeps its length.
            stream.Position = sizeof(ulong);
            stream.Write(Header(sorted, Convert.ToHexStringLower(hash.GetHashAndReset())));
        });
    }

    private byte[] Header(Entry[] sorted, string hash)
    {
        long offset = 0;
        List<StoredTensor> tensors = [];
        foreach (var entry in sorted)
        {
            tensors.Add(new StoredTensor(entry.Name, entry.Type, entry.Shape, offset, entry.ByteCount));
            offset += entry.ByteCount;
        }

        byte[] header = SafeTensorsHeader.Write(tensors, new Dictionary<string, string>(Metadata) { [WeightsFile.ChecksumKey] = hash });
        return header.Length <= SafeTensorsHeader.MaxLength ? header
            : throw new InvalidOperationException(
                $"The header would take {header.Length} bytes, safetensors allows {SafeTensorsHeader.MaxLength}; shorten the metadata.");
    }
}

using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace DeepSharp.Formats;

/// <summary>Reads a safetensors file: the header length (8 bytes, little-endian), the JSON header, and the data.</summary>
/// <remarks>
/// The whole header is checked before any data is read. The hash that <see cref="SafeTensorsWriter"/> stores in its files is verified on
/// opening. Files from other programs have no hash, so a missing hash is no error by itself. Code that reads metadata written only by this
/// library calls <see cref="RequireChecksum"/>.
/// </remarks>
public sealed class SafeTensorsFile : WeightsFile
{
    private const int PrefixLength = sizeof(ulong);

    internal SafeTensorsFile(string path, SafeFileHandle handle)
        : base(path, handle)
    {
        byte[] header = ReadHeader();
        long dataStart = PrefixLength + header.Length;
        (var tensors, var metadata) = SafeTensorsHeader.Read(header, dataStart, Length - dataStart);
        Tensors = tensors.ToDictionary(tensor => tensor.Name);
        Metadata = metadata;
        // Other programs may use the key for something else.
        if (metadata.TryGetValue(ChecksumKey, out string? digest) && IsHash(digest)) CheckHash(header, digest);
        else metadata.Remove(ChecksumKey);
    }

    /// <summary>Opens and checks a safetensors file. Other formats are refused.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">Access to the file is denied.</exception>
    /// <exception cref="InvalidDataException">
    /// The file is truncated, damaged, or not a safetensors file; the message begins with the path.
    /// </exception>
    public static new SafeTensorsFile Open(string path) => Open(path, static (path, handle) => new SafeTensorsFile(path, handle));

    /// <inheritdoc/>
    public override void RequireChecksum()
    {
        if (!Metadata.ContainsKey(ChecksumKey))
        {
            throw new InvalidDataException(
                $"{Path}: the file is damaged: it describes a model or a training run, but has no metadata \"{ChecksumKey}\", "
                + "which is always written with such a description.");
        }
    }

    /// <summary>
    /// Whether a file that begins with these bytes may be a safetensors file. The format has no signature, but its first field, the
    /// header length, is limited.
    /// </summary>
    internal static bool Recognizes(ReadOnlySpan<byte> beginning) =>
        beginning.Length >= PrefixLength && BinaryPrimitives.ReadUInt64LittleEndian(beginning) <= SafeTensorsHeader.MaxLength;

    private byte[] ReadHeader()
    {
        if (Length < PrefixLength) throw new InvalidDataException($"expected a safetensors file, found {Length} bytes.");
        Span<byte> prefix = stackalloc byte[PrefixLength];
        ReadBytes(prefix, 0);
        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (length > SafeTensorsHeader.MaxLength || length > (ulong)(Length - PrefixLength))
        {
            throw new InvalidDataException(
                $"not a safetensors file, or truncated: its header would take {length} bytes, the file has {Length} "
                + $"(at most {SafeTensorsHeader.MaxLength} are allowed).");
        }

        byte[] header = new byte[(int)length];
        ReadBytes(header, PrefixLength);
        return header;
    }

    private void CheckHash(byte[] header, string digest)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] buffer = new byte[1 << 18];
        BinaryPrimitives.WriteUInt64LittleEndian(buffer, (ulong)header.Length);
        hash.AppendData(buffer, 0, PrefixLength);
        hash.AppendData(Blank(header, digest));
        for (long position = PrefixLength + header.Length; position < Length;)
        {
            var part = buffer.AsSpan(0, (int)Math.Min(buffer.Length, Length - position));
            position += ReadBytes(part, position);
            hash.AppendData(part);
        }

        string found = Convert.ToHexStringLower(hash.GetHashAndReset());
        if (found != digest)
        {
            throw new InvalidDataException(
                $"the file is damaged, or another program uses the metadata \"{ChecksumKey}\": its SHA-256 is {found}, expected {digest}.");
        }
    }

    private static bool IsHash(string text) =>
        text.Length == 2 * SHA256.HashSizeInBytes && text.All(char.IsAsciiHexDigitLower);

    /// <summary>The header for which the hash was computed: with zeros in place of the digits of the hash.</summary>
    private static byte[] Blank(byte[] header, string digest)
    {
        int at = header.AsSpan().IndexOf(Encoding.UTF8.GetBytes($"\"{ChecksumKey}\":\"{digest}\""));
        if (at < 0) return header;
        byte[] blank = [.. header];
        blank.AsSpan(at + ChecksumKey.Length + 4, digest.Length).Fill((byte)'0');
        return blank;
    }
}

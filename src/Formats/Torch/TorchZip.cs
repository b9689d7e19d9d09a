using System.IO.Hashing;
using System.Text;
using System.Text.Json;

namespace DeepSharp.Formats;

/// <summary>
/// The .pth format since PyTorch 1.6: a zip archive with the pickle <c>root/data.pkl</c> and a file <c>root/data/key</c> for each storage.
/// </summary>
internal static class TorchZip
{
    /// <summary>The signature at the beginning of a zip archive.</summary>
    public static ReadOnlySpan<byte> Magic => "PK\u0003\u0004"u8;

    /// <summary>The file for this library's metadata. PyTorch ignores files that it does not know.</summary>
    public const string MetadataName = "deepsharp.json";

    /// <summary>The file with the pickle.</summary>
    public const string PickleName = "data.pkl";

    /// <summary>The folder of the storages.</summary>
    public const string StorageFolder = "data/";

    /// <summary>The file that states the byte order; only newer PyTorch versions write it.</summary>
    public const string ByteOrderName = "byteorder";

    private const int MaxMetadataLength = 1 << 24;

    /// <summary>Reads the archive and verifies the checksum of every file in it.</summary>
    /// <exception cref="InvalidDataException">
    /// The archive is truncated, damaged, not written by torch.save, or contains objects other than those of state dictionaries.
    /// </exception>
    public static TorchArchive Read(WeightsFile file)
    {
        var entries = ZipDirectory.Read(file);
        if (entries.Keys.FirstOrDefault(IsPickle) is not { } pickle)
            throw new InvalidDataException($"a zip archive without {PickleName}: not written by torch.save.");
        string root = pickle[..^PickleName.Length];
        if (entries.ContainsKey(root + "constants.pkl"))
            throw new InvalidDataException("a TorchScript program; save model.state_dict() with torch.save instead.");
        foreach (var entry in entries.Values) CheckCrc(file, entry);
        if (entries.TryGetValue(root + ByteOrderName, out var order) && ReadText(file, order) is not "little" and var found)
            throw new InvalidDataException($"expected little-endian numbers, the file says \"{found}\".");

        var source = new PickleSource(file, entries[pickle].Offset, entries[pickle].Offset + entries[pickle].Length);
        string folder = root + StorageFolder;
        return new TorchArchive(
            new Unpickler(source, new TorchObjects()).Load(),
            entries.Values.Where(entry => entry.Name.StartsWith(folder, StringComparison.Ordinal))
                .ToDictionary(entry => entry.Name[folder.Length..], entry => (entry.Offset, entry.Length)))
        {
            Metadata = entries.TryGetValue(root + MetadataName, out var metadata)
                ? ReadMetadata(ReadText(file, metadata))
                : new Dictionary<string, string>(),
        };
    }

    private static bool IsPickle(string name) => name == PickleName || name.EndsWith("/" + PickleName, StringComparison.Ordinal);

    private static void CheckCrc(WeightsFile file, ZipEntry entry)
    {
        byte[] buffer = new byte[(int)Math.Min(entry.Length, 1 << 18)];
        var checksum = new Crc32();
        for (long read = 0; read < entry.Length;)
        {
            var part = buffer.AsSpan(0, (int)Math.Min(buffer.Length, entry.Length - read));
            read += file.ReadBytes(part, entry.Offset + read);
            checksum.Append(part);
        }

        uint crc = checksum.GetCurrentHashAsUInt32();
        if (crc != entry.Crc)
            throw new InvalidDataException($"the file is damaged: \"{entry.Name}\" has the CRC-32 {crc:x8}, expected {entry.Crc:x8}.");
    }

    private static string ReadText(WeightsFile file, ZipEntry entry)
    {
        if (entry.Length > MaxMetadataLength)
        {
            throw new InvalidDataException(
                $"\"{entry.Name}\" takes {entry.Length} bytes, at most {MaxMetadataLength} are allowed.");
        }

        byte[] bytes = new byte[(int)entry.Length];
        file.ReadBytes(bytes, entry.Offset);
        return Encoding.UTF8.GetString(bytes);
    }

    private static Dictionary<string, string> ReadMetadata(string json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, MetadataJson.Default.DictionaryStringString) ?? throw new JsonException("it is null.");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{MetadataName} is damaged: {e.Message}", e);
        }
    }
}

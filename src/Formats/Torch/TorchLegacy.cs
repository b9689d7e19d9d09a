using System.Buffers.Binary;
using System.Numerics;

namespace DeepSharp.Formats;

/// <summary>
/// The .pth format before PyTorch 1.6: five pickles (magic number, protocol version, properties of the machine, saved object, keys of the
/// storages), then for each key the storage: the number of elements as a 64-bit integer, and the elements. There is no checksum.
/// </summary>
internal static class TorchLegacy
{
    private const long Protocol = 1001;

    private static readonly BigInteger MagicNumber = new(Magic);

    /// <summary>The magic number 0x1950A86A20F9469CFC6C, as stored in a pickle.</summary>
    public static ReadOnlySpan<byte> Magic => [0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19];

    /// <summary>Reads the pickles and locates the storages.</summary>
    /// <exception cref="InvalidDataException">
    /// The file is truncated, damaged, in another format, or contains objects other than those of state dictionaries.
    /// </exception>
    public static TorchArchive Read(WeightsFile file)
    {
        var source = new PickleSource(file, 0, file.Length);
        var objects = new TorchObjects();
        if (!MagicNumber.Equals(Load())) throw new InvalidDataException("the pickle does not begin with PyTorch's magic number.");
        if (Load() is not Protocol) throw new InvalidDataException($"expected PyTorch's legacy protocol {Protocol}, found another.");
        if (Load() is PickleDictionary machine && machine.TryGetValue("little_endian", out object? little) && little is false)
            throw new InvalidDataException("expected little-endian numbers, the file is from a big-endian machine.");
        object? root = Load();
        if (Load() is not List<object?> keys) throw new InvalidDataException("the list of storages is missing.");
        return new TorchArchive(root, Locate(file, source.Position, keys, objects.Storages));

        object? Load() => new Unpickler(source, objects).Load();
    }

    private static Dictionary<string, (long Offset, long Length)> Locate(
        WeightsFile file, long position, List<object?> keys, IReadOnlyDictionary<string, TorchStorage> storages)
    {
        Dictionary<string, (long Offset, long Length)> located = [];
        byte[] prefix = new byte[sizeof(ulong)];
        foreach (object? item in keys)
        {
            // The file stores only the number of elements here; their type is in the pickle of the object.
            if (item is not string key || !storages.TryGetValue(key, out var storage))
                throw new InvalidDataException("the list of storages has one that no tensor uses.");
            if (position > file.Length - prefix.Length) throw Truncated(key);
            position += file.ReadBytes(prefix, position);
            ulong count = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
            long left = file.Length - position, size = StoredTensor.ElementSize(storage.Type);
            if (count > (ulong)(left / size)) throw Truncated(key);
            if (!located.TryAdd(key, (position, (long)count * size)))
                throw new InvalidDataException($"the list of storages has {key} twice.");
            position += (long)count * size;
        }

        return located;

        InvalidDataException Truncated(string key) =>
            new($"the file is truncated or damaged: it ends at byte {file.Length}, within the storage {key}.");
    }
}

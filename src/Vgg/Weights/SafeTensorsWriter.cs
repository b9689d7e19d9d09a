using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using DeepSharp.Tensors;

namespace DeepSharp.Vgg;

/// <summary>Collects tensors and metadata and writes them as one safetensors file.</summary>
/// <remarks>
/// The file carries, as metadata <c>sha256</c>, a hash of all its bytes, computed with these 64 digits as zeros; <see cref="SafeTensorsFile"/> checks it.
/// </remarks>
public sealed class SafeTensorsWriter
{
    internal const string HashKey = "sha256";

    internal static readonly string NoHash = new('0', 2 * SHA256.HashSizeInBytes);

    private readonly SortedDictionary<(int MinusSize, string Name), Entry> entries = new(Comparer<(int MinusSize, string Name)>.Create((left, right) =>
        left.MinusSize != right.MinusSize ? left.MinusSize.CompareTo(right.MinusSize) : string.CompareOrdinal(left.Name, right.Name)));

    private readonly HashSet<string> names = [];

    /// <summary>What the file says about itself, beside the tensors.</summary>
    public IDictionary<string, string> Metadata { get; } = new Dictionary<string, string>();

    /// <summary>Adds a tensor, as F32 or F64. It is read by <see cref="Save"/>, so it must not be disposed before.</summary>
    /// <exception cref="ArgumentException">The name is taken.</exception>
    public void Add<T>(string name, Tensor<T> tensor)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(tensor);
        string type = typeof(T) == typeof(float) ? "F32" : "F64";
        Add(name, type, [.. tensor.Shape.ToArray()], write => LogicalElements.Read(tensor, write, static (piece, write) => write(MemoryMarshal.AsBytes(piece))));
    }

    /// <summary>Adds a whole number, as an I64 scalar.</summary>
    /// <exception cref="ArgumentException">The name is taken.</exception>
    public void Add(string name, long value) => Add(name, "I64", [], write =>
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        write(bytes);
    });

    /// <summary>Writes the file, whole or not at all, see <see cref="AtomicFile"/>.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It must not be written.</exception>
    public void Save(string path)
    {
        byte[] header = Header(NoHash);
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
            foreach (var entry in entries.Values) entry.WriteData(write);

            // The digest takes the place of the zeros, so the header keeps its length.
            stream.Position = sizeof(ulong);
            stream.Write(Header(Convert.ToHexStringLower(hash.GetHashAndReset())));
        });
    }

    private byte[] Header(string hash)
    {
        long offset = 0;
        List<StoredTensor> tensors = [];
        foreach (var (name, type, shape, _) in entries.Values)
        {
            long bytes = shape.Aggregate((long)SafeTensorsHeader.ElementSize(type), (product, length) => product * length);
            tensors.Add(new StoredTensor(name, type, shape, offset, bytes));
            offset += bytes;
        }

        byte[] header = SafeTensorsHeader.Write(tensors, new Dictionary<string, string>(Metadata) { [HashKey] = hash });
        return header.Length <= SafeTensorsHeader.MaxLength ? header
            : throw new InvalidOperationException($"The header would take {header.Length} bytes, safetensors allows {SafeTensorsHeader.MaxLength}; shorten the metadata.");
    }

    private void Add(string name, string type, long[] shape, Action<BytesSink> writeData)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (!names.Add(name)) throw new ArgumentException($"The file has a tensor \"{name}\" already.");
        // The widest elements come first, so that all data is aligned.
        entries.Add((-SafeTensorsHeader.ElementSize(type), name), new Entry(name, type, shape, writeData));
    }

    private delegate void BytesSink(ReadOnlySpan<byte> bytes);

    private sealed record Entry(string Name, string Type, long[] Shape, Action<BytesSink> WriteData);
}

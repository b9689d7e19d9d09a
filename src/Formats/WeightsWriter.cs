using System.Numerics;
using System.Runtime.InteropServices;
using DeepSharp.Tensors;

namespace DeepSharp.Formats;

/// <summary>Collects tensors and metadata and writes them as one file: safetensors, or PyTorch's .pth.</summary>
public abstract class WeightsWriter
{
    private readonly HashSet<string> names = [];
    private readonly List<Entry> entries = [];

    private protected WeightsWriter()
    {
    }

    /// <summary>The metadata that the file stores in addition to the tensors.</summary>
    public IDictionary<string, string> Metadata { get; } = new Dictionary<string, string>();

    /// <summary>The number of tensors and integers added so far.</summary>
    public int Count => entries.Count;

    /// <summary>The added tensors and integers, in the order in which they were added.</summary>
    private protected IReadOnlyList<Entry> Entries => entries;

    /// <summary>
    /// Creates a writer for the extension of a file: PyTorch's format for <c>.pth</c> and <c>.pt</c>, safetensors for all others.
    /// </summary>
    public static WeightsWriter For(string path) =>
        Path.GetExtension(path).ToUpperInvariant() is ".PTH" or ".PT" ? new PthWriter() : new SafeTensorsWriter();

    /// <summary>Adds a tensor as F32 or F64. <see cref="Save"/> reads its elements, so the tensor must not be disposed before.</summary>
    /// <exception cref="ArgumentException">The name is empty or already used.</exception>
    public void Add<T>(string name, Tensor<T> tensor)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(tensor);
        string type = typeof(T) == typeof(float) ? "F32" : "F64";
        Add(new Entry(name, type, [.. tensor.Shape.ToArray()], write =>
            LogicalElements.Read(tensor, write, static (part, write) => write(MemoryMarshal.AsBytes(part)))));
    }

    /// <summary>Adds an integer as an I64 scalar.</summary>
    /// <exception cref="ArgumentException">The name is empty or already used.</exception>
    public void Add(string name, long value) =>
        Add(new Entry(name, "I64", [], write => write(MemoryMarshal.AsBytes(new ReadOnlySpan<long>(in value)))));

    /// <summary>Adds all tensors of another file, with their names, types and values, and its metadata except the checksum.</summary>
    /// <remarks><see cref="Save"/> reads the tensors, so the file must stay open until <see cref="Save"/> returns.</remarks>
    /// <exception cref="ArgumentException">A name is already used.</exception>
    public void AddAll(WeightsFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        foreach (var stored in file.Tensors.Values)
        {
            if (stored.Integer is { } integer) Add(stored.Name, integer);
            else Add(new Entry(stored.Name, stored.Type, [.. stored.Shape], write => StoredBytes.Read(stored, file, part => write(part))));
        }

        // The checksum is valid for the other file only.
        foreach (var (key, value) in file.Metadata.Where(pair => pair.Key != WeightsFile.ChecksumKey)) Metadata[key] = value;
    }

    /// <summary>Writes the file atomically; see <see cref="AtomicFile"/>.</summary>
    /// <exception cref="IOException">The file cannot be written, or would exceed the limits of a zip archive (.pth).</exception>
    /// <exception cref="InvalidDataException">The format has no such element type (.pth), or reserves a name (safetensors).</exception>
    /// <exception cref="InvalidOperationException">The names and metadata are too long for a safetensors header.</exception>
    public abstract void Save(string path);

    private void Add(Entry entry)
    {
        ArgumentException.ThrowIfNullOrEmpty(entry.Name);
        if (!names.Add(entry.Name)) throw new ArgumentException($"The file already has a tensor \"{entry.Name}\".", nameof(entry));
        entries.Add(entry);
    }

    /// <summary>Receives bytes of the file.</summary>
    private protected delegate void BytesSink(ReadOnlySpan<byte> bytes);

    /// <summary>
    /// A tensor or integer to write. The type is named as in safetensors. WriteData passes the bytes to a sink, in logical row-major order.
    /// </summary>
    private protected sealed record Entry(string Name, string Type, long[] Shape, Action<BytesSink> WriteData)
    {
        /// <summary>The number of elements.</summary>
        public long Count => Shape.Aggregate(1L, (product, length) => product * length);

        /// <summary>The size of the elements in bytes.</summary>
        public long ByteCount => Count * StoredTensor.ElementSize(Type);
    }
}

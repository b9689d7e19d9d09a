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

    /// <summary>What the file says about itself, beside the tensors.</summary>
    public IDictionary<string, string> Metadata { get; } = new Dictionary<string, string>();

    /// <summary>The number of tensors that were added.</summary>
    public int Count => entries.Count;

    /// <summary>What was added, in that order.</summary>
    private protected IReadOnlyList<Entry> Entries => entries;

    /// <summary>A writer of the kind that the name of a file asks for: <c>.pth</c> and <c>.pt</c> are PyTorch's, all others safetensors.</summary>
    public static WeightsWriter For(string path) =>
        Path.GetExtension(path).ToUpperInvariant() is ".PTH" or ".PT" ? new PthWriter() : new SafeTensorsWriter();

    /// <summary>Adds a tensor, as F32 or F64. It is read by <see cref="Save"/>, so it must not be disposed before.</summary>
    /// <exception cref="ArgumentException">The name is taken.</exception>
    public void Add<T>(string name, Tensor<T> tensor)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(tensor);
        string type = typeof(T) == typeof(float) ? "F32" : "F64";
        Add(new Entry(name, type, [.. tensor.Shape.ToArray()], write => LogicalElements.Read(tensor, write, static (piece, write) => write(MemoryMarshal.AsBytes(piece)))));
    }

    /// <summary>Adds a whole number, as an I64 scalar.</summary>
    /// <exception cref="ArgumentException">The name is taken.</exception>
    public void Add(string name, long value) => Add(new Entry(name, "I64", [], write => write(MemoryMarshal.AsBytes(new ReadOnlySpan<long>(in value)))));

    /// <summary>Adds all tensors of another file with their names, types and values, and its metadata.</summary>
    /// <remarks>They are read by <see cref="Save"/>, so the file must stay open.</remarks>
    /// <exception cref="ArgumentException">A name is taken.</exception>
    public void AddAll(WeightsFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        foreach (var stored in file.Tensors.Values)
        {
            if (stored.Integer is { } integer) Add(stored.Name, integer);
            else Add(new Entry(stored.Name, stored.Type, [.. stored.Shape], write => StoredBytes.Read(stored, file, piece => write(piece))));
        }

        // The checksum is that of the other file.
        foreach (var (key, value) in file.Metadata.Where(pair => pair.Key != WeightsFile.ChecksumKey)) Metadata[key] = value;
    }

    /// <summary>Writes the file, whole or not at all, see <see cref="AtomicFile"/>.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public abstract void Save(string path);

    private void Add(Entry entry)
    {
        ArgumentException.ThrowIfNullOrEmpty(entry.Name);
        if (!names.Add(entry.Name)) throw new ArgumentException($"The file has a tensor \"{entry.Name}\" already.", nameof(entry));
        entries.Add(entry);
    }

    /// <summary>Takes bytes to be written.</summary>
    private protected delegate void BytesSink(ReadOnlySpan<byte> bytes);

    /// <summary>A tensor to be written: its type by safetensors' names, and what gives its bytes in logical row-major order.</summary>
    private protected sealed record Entry(string Name, string Type, long[] Shape, Action<BytesSink> WriteData)
    {
        /// <summary>The number of its elements.</summary>
        public long Count => Shape.Aggregate(1L, (product, length) => product * length);

        /// <summary>The number of its bytes.</summary>
        public long ByteCount => Count * StoredTensor.ElementSize(Type);
    }
}

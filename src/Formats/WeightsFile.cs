using System.Buffers.Binary;
using System.Numerics;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using DeepSharp.Tensors;
using Microsoft.Win32.SafeHandles;

namespace DeepSharp.Formats;

/// <summary>An open file of named tensors: safetensors, PyTorch's .pth, or ONNX.</summary>
/// <remarks>
/// Opening a file checks it, but keeps no elements in memory. They are read into the destination tensors on request.
/// Several threads may read at once.
/// </remarks>
public abstract class WeightsFile : IDisposable
{
    /// <summary>The metadata key of the checksum that this library stores in safetensors files.</summary>
    public const string ChecksumKey = "sha256";

    private const int BeginningLength = 32, MaxNameLength = 1000, MaxMessageLength = 500;

    private readonly SafeFileHandle handle;

    private protected WeightsFile(string path, SafeFileHandle handle)
    {
        Path = path;
        this.handle = handle;
        Length = RandomAccess.GetLength(handle);
    }

    private protected WeightsFile(WeightsFile file)
        : this(file.Path, file.handle) => Length = file.Length;

    /// <summary>The path of the file.</summary>
    public string Path { get; }

    /// <summary>The metadata that the file stores in addition to the tensors.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; private protected init; } = new Dictionary<string, string>();

    /// <summary>The tensors by name, in the order in which the file lists them. A view may also contain integers.</summary>
    public IReadOnlyDictionary<string, StoredTensor> Tensors { get; private protected init; } = new Dictionary<string, StoredTensor>();

    /// <summary>The length of the file in bytes, with the other files that contain its elements.</summary>
    public long Length { get; private protected set; }

    /// <summary>Opens and checks a file. The format is detected from its content.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">Access to the file is denied.</exception>
    /// <exception cref="InvalidDataException">
    /// The file is truncated, damaged, or not a weights file; the message begins with the path.
    /// </exception>
    public static WeightsFile Open(string path) => Open<WeightsFile>(path, static (path, handle) =>
    {
        byte[] beginning = Beginning(handle);
        if (PthFile.Recognizes(beginning)) return new PthFile(path, handle);
        if (SafeTensorsFile.Recognizes(beginning)) return new SafeTensorsFile(path, handle);
        if (OnnxFile.Recognizes(beginning)) return new OnnxFile(path, handle);
        if (beginning.AsSpan().StartsWith("version https://git-lfs"u8))
            throw new InvalidDataException("a Git LFS pointer, not the file that it stands for; git lfs pull gets that.");
        string found = beginning.Length == 0 ? "" : $", which begin with {Convert.ToHexString(beginning)}";
        throw new InvalidDataException(
            $"not a safetensors file, nor a PyTorch .pth file, nor an ONNX network: found {RandomAccess.GetLength(handle)} bytes{found}.");
    });

    /// <summary>A view of this file with other tensors (for instance a subset, or the same tensors renamed) and other metadata.</summary>
    /// <remarks>The view reads from this file, which must stay open. Disposing the view has no effect.</remarks>
    /// <param name="tensors">Tensors stored in this file, and integers created by <see cref="StoredTensor.Of"/>.</param>
    /// <param name="metadata">The metadata; null for the metadata of this file.</param>
    /// <exception cref="ArgumentException">Two tensors have the same name.</exception>
    public WeightsFile View(IEnumerable<StoredTensor> tensors, IReadOnlyDictionary<string, string>? metadata = null) =>
        new FileView(this, tensors, metadata ?? Metadata);

    /// <summary>
    /// Reads a JSON object from the metadata. Returns null if the key is missing, or if another program uses it for something else than an
    /// object.
    /// </summary>
    /// <exception cref="InvalidDataException">The object is damaged.</exception>
    public TValue? ReadMetadata<TValue>(string key, JsonTypeInfo<TValue> type)
        where TValue : class
    {
        if (!Metadata.TryGetValue(key, out string? json) || !json.AsSpan().TrimStart().StartsWith('{')) return null;
        try
        {
            return JsonSerializer.Deserialize(json, type) ?? throw new JsonException("it is null.");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{Path}: the metadata \"{key}\" is damaged: {Printable(e.Message)}", e);
        }
    }

    /// <summary>Throws if the format supports a checksum of the whole file and this file has none.</summary>
    /// <exception cref="InvalidDataException">The checksum is missing.</exception>
    public virtual void RequireChecksum()
    {
    }

    /// <summary>
    /// Creates the error for unusable content of this file: the path and the message of <paramref name="cause"/>. The message may quote the
    /// file, so its control characters are replaced and its length is limited.
    /// </summary>
    /// <param name="cause">The underlying error.</param>
    public InvalidDataException Refusal(Exception cause)
    {
        ArgumentNullException.ThrowIfNull(cause);
        return new($"{Path}: {Printable(cause.Message)}", cause);
    }

    /// <summary>Reads a tensor into one of the same shape. F16, BF16, F32 and F64 are converted to <typeparamref name="T"/>.</summary>
    /// <exception cref="InvalidDataException">
    /// There is no such tensor, its shape differs, its type is not one of these, or its elements are spread over too large a range.
    /// </exception>
    public void Read<T>(string name, Tensor<T> target)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(target);
        var stored = Find(name);
        if (!stored.Shape.SequenceEqual(target.Shape.Select(length => (long)length)))
            throw new InvalidDataException($"{Path}: expected \"{name}\" to have shape {target.Shape}, found {stored}.");
        switch (stored.Type)
        {
            case "F32": StoredElements<float>.Read(stored, target, this); break;
            case "F64": StoredElements<double>.Read(stored, target, this); break;
            case "F16": StoredElements<Half>.Read(stored, target, this); break;
            case "BF16": StoredElements<BrainFloat>.Read(stored, target, this); break;
            default: throw new InvalidDataException($"{Path}: expected \"{name}\" to have a floating-point type, found {stored}.");
        }
    }

    /// <summary>Reads a tensor into a new one.</summary>
    /// <exception cref="InvalidDataException">
    /// There is no such tensor, a <see cref="Tensor{T}"/> cannot have its shape, or it cannot be read for one of the reasons given for
    /// <see cref="Read{T}(string, Tensor{T})"/>.
    /// </exception>
    public Tensor<T> Read<T>(string name, ComputeContext? context = null)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var stored = Find(name);
        if (stored.Shape.Count > Shape.MaxRank || stored.Shape.Any(length => length is < 1 or > int.MaxValue)
            || stored.ByteCount / StoredTensor.ElementSize(stored.Type) > Array.MaxLength)
        {
            throw new InvalidDataException(
                $"{Path}: {stored} is too large or empty; expected at most {Shape.MaxRank} axes of length 1 or more, "
                + $"and at most {Array.MaxLength} elements.");
        }

        var tensor = new Tensor<T>(new Shape([.. stored.Shape.Select(length => (int)length)]), context, $"reading {name}");
        Read(name, tensor);
        return tensor;
    }

    /// <summary>Reads an I64 tensor of one element, usually a scalar.</summary>
    /// <exception cref="InvalidDataException">There is no such tensor, or it is not an I64 tensor of one element.</exception>
    public long ReadInteger(string name)
    {
        var stored = Find(name);
        if (stored.Type != "I64" || stored.ByteCount != sizeof(long))
            throw new InvalidDataException($"{Path}: expected \"{name}\" to be a scalar of type I64, found {stored}.");
        if (stored.Integer is { } integer) return integer;
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        ReadBytes(bytes, stored.Offset);
        return BinaryPrimitives.ReadInt64LittleEndian(bytes);
    }

    /// <summary>Closes the file; does nothing for a view.</summary>
    public void Dispose()
    {
        if (this is not FileView)
        {
            handle.Dispose();
            CloseDataFiles();
        }

        GC.SuppressFinalize(this);
    }

    /// <summary>Closes the other files that contain elements.</summary>
    private protected virtual void CloseDataFiles()
    {
    }

    /// <summary>
    /// Opens a file and checks the names of its tensors. Closes the file on any error. The message of an <see cref="InvalidDataException"/>
    /// begins with the path.
    /// </summary>
    private protected static TFile Open<TFile>(string path, Func<string, SafeFileHandle, TFile> read)
        where TFile : WeightsFile
    {
        var handle = File.OpenHandle(path);
        try
        {
            var file = read(path, handle);
            if (file.Tensors.Keys.FirstOrDefault(name => name.Length is 0 or > MaxNameLength || name.Any(char.IsControl)) is { } odd)
            {
                throw new InvalidDataException(
                    $"a tensor has a name of {odd.Length} characters, expected 1 to {MaxNameLength} printable ones: {odd}");
            }

            return file;
        }
        catch (InvalidDataException e)
        {
            handle.Dispose();
            throw new InvalidDataException($"{path}: {Printable(e.Message)}", e);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>The first 32 bytes of a file, or fewer if it is shorter. They suffice to detect the format.</summary>
    private protected static byte[] Beginning(SafeFileHandle handle)
    {
        byte[] bytes = new byte[BeginningLength];
        return bytes[..RandomAccess.Read(handle, bytes, 0)];
    }

    /// <summary>Fills a span with the bytes from a position on, of <paramref name="dataFile"/> or, if it is null, of this file.</summary>
    /// <returns>The number of bytes read.</returns>
    /// <exception cref="EndOfStreamException">The file ends before the span is filled.</exception>
    internal int ReadBytes(Span<byte> target, long position, SafeFileHandle? dataFile = null)
    {
        for (int read = 0; read < target.Length;)
        {
            int count = RandomAccess.Read(dataFile ?? handle, target[read..], position + read);
            if (count == 0) throw new EndOfStreamException($"{Path}: the file ends at byte {position + read}, before its data does.");
            read += count;
        }

        return target.Length;
    }

    // The message may quote any bytes of the file and may be printed on a terminal, so it must contain no control characters.
    private static string Printable(string message) =>
        string.Concat(message.Take(MaxMessageLength).Select(character => char.IsControl(character) ? '?' : character))
        + (message.Length > MaxMessageLength ? "…" : "");

    private StoredTensor Find(string name) =>
        Tensors.TryGetValue(name, out var stored) ? stored : throw new InvalidDataException($"{Path}: there is no tensor \"{name}\".");

    private sealed class FileView : WeightsFile
    {
        private readonly WeightsFile file;

        public FileView(WeightsFile file, IEnumerable<StoredTensor> tensors, IReadOnlyDictionary<string, string> metadata)
            : base(file)
        {
            this.file = file;
            (Tensors, Metadata) = (tensors.ToDictionary(tensor => tensor.Name), metadata);
        }

        public override void RequireChecksum() => file.RequireChecksum();
    }
}

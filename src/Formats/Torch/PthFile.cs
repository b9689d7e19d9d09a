using Microsoft.Win32.SafeHandles;

namespace DeepSharp.Formats;

/// <summary>Reads files of torch.save, in zip and legacy format: a state dictionary, or a dictionary that contains one.</summary>
/// <remarks>
/// A pickle is a program. Here it can only create plain values, dictionaries and tensors (see <see cref="Unpickler"/>); classes and
/// functions outside a short list are refused. The checksums of the zip format are verified on opening; the legacy format has none.
/// Tensors may share storages and have any non-negative strides. If all names begin with <c>module.</c>, this prefix is removed.
/// </remarks>
public sealed class PthFile : WeightsFile
{
    private const long MaxElements = 1L << 56;

    // Tensors may share elements. All of them together, with the gaps between their elements, may take at most MaxGrowth times the file
    // size, plus GrowthFree bytes.
    private const int MaxGrowth = 16, GrowthFree = 1 << 16;

    internal PthFile(string path, SafeFileHandle handle)
        : base(path, handle)
    {
        var archive = Beginning(handle).AsSpan().StartsWith(TorchZip.Magic) ? TorchZip.Read(this) : TorchLegacy.Read(this);
        Metadata = archive.Metadata;
        Dictionary<string, StoredTensor> tensors = [];
        long total = 0;
        foreach (var (name, tensor) in StateDictionary.Find(archive.Root))
        {
            var stored = Locate(name, tensor, archive.Storages);
            tensors.Add(name, stored);
            total += Math.Max(stored.ByteCount, stored.Extent * StoredTensor.ElementSize(stored.Type));
            if (total > (MaxGrowth * Length) + GrowthFree)
            {
                throw new InvalidDataException(
                    "the tensors share so many elements that reading them would take "
                    + $"more than {MaxGrowth} times the {Length} bytes of the file.");
            }
        }

        Tensors = tensors;
    }

    /// <summary>Opens and checks a .pth file. Other formats are refused.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">Access to the file is denied.</exception>
    /// <exception cref="InvalidDataException">
    /// The file is truncated, damaged, not a .pth file, or contains objects other than those of state dictionaries; the message begins with
    /// the path.
    /// </exception>
    public static new PthFile Open(string path) => Open(path, static (path, handle) => new PthFile(path, handle));

    /// <summary>Whether a file that begins with these bytes is a zip archive, or a pickle with PyTorch's magic number.</summary>
    internal static bool Recognizes(ReadOnlySpan<byte> beginning) =>
        beginning.StartsWith(TorchZip.Magic)
        || (beginning is [(byte)PickleOpcode.Proto, ..] && beginning.IndexOf(TorchLegacy.Magic) > 0);

    /// <summary>Locates a tensor in the file. Checks that it is within its storage, and that the file has the whole storage.</summary>
    private static StoredTensor Locate(
        string name, TorchTensor tensor, IReadOnlyDictionary<string, (long Offset, long Length)> storages)
    {
        if (tensor.Storage is not { } storage) throw new InvalidDataException($"the tensor \"{name}\" has no data.");
        if (!storages.TryGetValue(storage.Key, out var located))
            throw new InvalidDataException($"the storage {storage.Key} of \"{name}\" is missing.");
        int size = StoredTensor.ElementSize(storage.Type);
        if (storage.Start < 0 || storage.Count < 0 || (storage.Start + (Int128)storage.Count) * size > located.Length)
        {
            throw new InvalidDataException(
                $"the storage {storage.Key} of \"{name}\" should have {storage.Count} elements of type {storage.Type}, "
                + $"the file has {located.Length} bytes.");
        }

        if (tensor.Shape.Count != tensor.Strides.Count)
        {
            throw new InvalidDataException(
                $"the tensor \"{name}\" has {tensor.Shape.Count} dimensions and {tensor.Strides.Count} strides.");
        }

        Int128 count = 1, last = tensor.Offset;
        bool isNegative = tensor.Offset < 0;
        for (int axis = 0; axis < tensor.Shape.Count; axis++)
        {
            isNegative |= tensor.Shape[axis] < 0 || tensor.Strides[axis] < 0;
            count = Int128.Min(count * tensor.Shape[axis], MaxElements);
            last = Int128.Min(last + ((Int128)Math.Max(0, tensor.Shape[axis] - 1) * tensor.Strides[axis]), long.MaxValue);
        }

        if (isNegative || tensor.Offset > storage.Count || count == MaxElements || (count > 0 && last >= storage.Count))
        {
            throw new InvalidDataException(
                $"the tensor \"{name}\" of shape [{string.Join(", ", tensor.Shape)}] and strides [{string.Join(", ", tensor.Strides)}] "
                + $"from element {tensor.Offset} on is not within its storage of {storage.Count} elements.");
        }

        long offset = located.Offset + ((storage.Start + tensor.Offset) * size);
        return new StoredTensor(name, storage.Type, tensor.Shape, offset, (long)count * size)
        {
            Strides = IsDense(tensor.Shape, tensor.Strides) ? null : tensor.Strides,
        };
    }

    private static bool IsDense(IReadOnlyList<long> shape, IReadOnlyList<long> strides)
    {
        if (shape.Contains(0)) return true;
        Int128 expected = 1;
        for (int axis = shape.Count - 1; axis >= 0; axis--)
        {
            if (shape[axis] != 1 && strides[axis] != expected) return false;
            expected *= shape[axis];
        }

        return true;
    }
}

using Microsoft.Win32.SafeHandles;

namespace DeepSharp.Formats;

/// <summary>Reads what torch.save wrote, .pth or .pt of both kinds: a state dictionary, or a dictionary that holds one.</summary>
/// <remarks>
/// A pickle is a program; this one runs on a machine that can do nothing but build the dictionary (see <see cref="Unpickler"/>), and every name outside of a
/// short list is refused. The checksums of the newer kind are compared on opening; the older kind has none. Tensors may share storages and have any strides.
/// A prefix <c>module.</c> that all names have is left out.
/// </remarks>
public sealed class PthFile : WeightsFile
{
    private const long MaxElements = 1L << 56;

    // Tensors may share their memory, but to read them all must not take more than some times the file: neither their elements nor what lies between these.
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
            var stored = Place(name, tensor, archive.Storages);
            tensors.Add(name, stored);
            total += Math.Max(stored.ByteCount, stored.Extent * StoredTensor.ElementSize(stored.Type));
            if (total > (MaxGrowth * Length) + GrowthFree)
                throw new InvalidDataException($"its tensors share their elements so often that to read them would take more than {MaxGrowth} times the {Length} bytes of the file.");
        }

        Tensors = tensors;
    }

    /// <summary>Opens a .pth file, and no other kind, and checks it.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="InvalidDataException">It is truncated, damaged, not a .pth file, or holds more than weights; the message begins with the path.</exception>
    public static new PthFile Open(string path) => Open(path, static (path, handle) => new PthFile(path, handle));

    /// <summary>Whether a file that begins so is a zip archive, or a pickle with PyTorch's magic number.</summary>
    internal static bool Recognizes(ReadOnlySpan<byte> beginning) =>
        beginning.StartsWith(TorchZip.Magic) || (beginning is [(byte)PickleOpcode.Proto, ..] && beginning.IndexOf(TorchLegacy.Magic) > 0);

    /// <summary>Checks that a tensor lies in its storage, and the storage in the file.</summary>
    private static StoredTensor Place(string name, TorchTensor tensor, IReadOnlyDictionary<string, (long Offset, long Length)> storages)
    {
        if (tensor.Storage is not { } storage) throw new InvalidDataException($"the tensor \"{name}\" has no data.");
        if (!storages.TryGetValue(storage.Key, out var place)) throw new InvalidDataException($"the storage {storage.Key} of \"{name}\" is missing.");
        int size = StoredTensor.ElementSize(storage.Type);
        if (storage.Start < 0 || storage.Count < 0 || (storage.Start + (Int128)storage.Count) * size > place.Length)
            throw new InvalidDataException($"the storage {storage.Key} of \"{name}\" should have {storage.Count} elements of type {storage.Type}, the file has {place.Length} bytes.");
        if (tensor.Shape.Count != tensor.Strides.Count)
            throw new InvalidDataException($"the tensor \"{name}\" has {tensor.Shape.Count} dimensions and {tensor.Strides.Count} strides.");

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
                $"the tensor \"{name}\" of shape [{string.Join(", ", tensor.Shape)}] and strides [{string.Join(", ", tensor.Strides)}] from element {tensor.Offset} on is not within its storage of {storage.Count}.");
        }

        return new StoredTensor(name, storage.Type, tensor.Shape, place.Offset + ((storage.Start + tensor.Offset) * size), (long)count * size)
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

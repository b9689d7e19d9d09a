using System.Globalization;
using System.Text.Json;

namespace DeepSharp.Formats;

/// <summary>
/// Collects tensors and metadata and writes them as one file: a state dictionary in PyTorch's zip format, which
/// <c>torch.load(path, weights_only=True)</c> accepts.
/// </summary>
/// <remarks>Metadata is a separate file in the archive, which PyTorch ignores and <see cref="PthFile"/> reads.</remarks>
public sealed class PthWriter : WeightsWriter
{
    private const string Root = "archive/";

    // The files other than storages: the pickle, the byte order, the version and the metadata.
    private const int OtherFiles = 4;

    /// <inheritdoc/>
    public override void Save(string path)
    {
        int maxTensors = ZipWriter.MaxEntries - OtherFiles;
        if (Entries.Count > maxTensors)
        {
            throw new IOException(
                $"A .pth file of more than {maxTensors} tensors cannot be written, found {Entries.Count}; use safetensors.");
        }

        AtomicFile.Write(path, Write);
    }

    private void Write(FileStream stream)
    {
        var zip = new ZipWriter(stream);
        byte[] pickle = StateDictionary();
        zip.Add(Root + TorchZip.PickleName, write => write(pickle));
        zip.Add(Root + TorchZip.ByteOrderName, write => write("little"u8));
        int key = 0;
        foreach (var entry in Entries) zip.Add($"{Root}{TorchZip.StorageFolder}{key++}", write => entry.WriteData(bytes => write(bytes)));
        // The version of the format, not of PyTorch.
        zip.Add(Root + "version", write => write("3\n"u8));
        if (Metadata.Count > 0)
        {
            byte[] metadata = JsonSerializer.SerializeToUtf8Bytes(
                new Dictionary<string, string>(Metadata), MetadataJson.Default.DictionaryStringString);
            zip.Add(Root + TorchZip.MetadataName, write => write(metadata));
        }

        zip.Finish();
    }

    /// <summary>The pickle of an OrderedDict: name → _rebuild_tensor_v2(storage, offset, lengths, strides, requires_grad, hooks).</summary>
    private byte[] StateDictionary()
    {
        var pickler = new Pickler();
        EmptyDictionary(pickler).Do(PickleOpcode.Mark);
        for (int i = 0; i < Entries.Count; i++)
        {
            var entry = Entries[i];
            pickler.Text(entry.Name).Global("torch._utils", "_rebuild_tensor_v2").Do(PickleOpcode.Mark);
            pickler.Do(PickleOpcode.Mark)
                .Text("storage").Global("torch", TorchStorage.ClassOf(entry.Type))
                .Text(i.ToString(CultureInfo.InvariantCulture)).Text("cpu").Integer(entry.Count)
                .Do(PickleOpcode.Tuple).Do(PickleOpcode.BinPersId);
            pickler.Integer(0).Integers(entry.Shape).Integers(StoredTensor.RowMajorStrides(entry.Shape)).Do(PickleOpcode.NewFalse);
            EmptyDictionary(pickler).Do(PickleOpcode.Tuple).Do(PickleOpcode.Reduce);
        }

        return pickler.Do(PickleOpcode.SetItems).Finish();
    }

    private static Pickler EmptyDictionary(Pickler pickler) =>
        pickler.Global("collections", "OrderedDict").Do(PickleOpcode.EmptyTuple).Do(PickleOpcode.Reduce);
}

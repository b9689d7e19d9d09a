namespace DeepSharp.Formats;

/// <summary>The content of a file of torch.save: an object, and the storages of the tensors in it.</summary>
/// <param name="Root">The object, see <see cref="Unpickler"/>.</param>
/// <param name="Storages">The file offset of each storage and its length in bytes, by key.</param>
internal sealed record TorchArchive(object? Root, IReadOnlyDictionary<string, (long Offset, long Length)> Storages)
{
    /// <summary>The metadata of the file; PyTorch writes none.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();
}

namespace DeepSharp.Formats;

/// <summary>The content of a file written by torch.save: an object, and the storages of the tensors in it.</summary>
/// <param name="Root">The object, as <see cref="Unpickler"/> returns it.</param>
/// <param name="Storages">The file offset of each storage and its length in bytes, by key.</param>
internal sealed record TorchArchive(object? Root, IReadOnlyDictionary<string, (long Offset, long Length)> Storages)
{
    /// <summary>The metadata of the file; empty if PyTorch wrote it.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();
}

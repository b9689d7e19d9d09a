namespace DeepSharp.Formats;

/// <summary>What torch.save wrote: an object, and the memory that the tensors in it lie in.</summary>
/// <param name="Root">The object, see <see cref="Unpickler"/>.</param>
/// <param name="Storages">Where in the file each storage is, and the number of its bytes, by key.</param>
internal sealed record TorchArchive(object? Root, IReadOnlyDictionary<string, (long Offset, long Length)> Storages)
{
    /// <summary>What the file says about itself; PyTorch writes nothing of the kind.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();
}

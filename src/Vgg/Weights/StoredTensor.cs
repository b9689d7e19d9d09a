namespace DeepSharp.Vgg;

/// <summary>Where and how a file holds a tensor.</summary>
/// <param name="Name">Its key.</param>
/// <param name="Type">The type of its elements, by safetensors' names: F32, F64, F16, BF16, I64 and others.</param>
/// <param name="Shape">Its lengths, outermost first; any number of them, and 0 is possible.</param>
/// <param name="Offset">Where its first byte is in the file.</param>
/// <param name="ByteCount">The length of its data.</param>
public sealed record StoredTensor(string Name, string Type, IReadOnlyList<long> Shape, long Offset, long ByteCount)
{
    /// <summary>Name, type and shape: <c>features.0.weight F32 [64, 3, 3, 3]</c>.</summary>
    public override string ToString() => $"{Name} {Type} [{string.Join(", ", Shape)}]";
}

namespace DeepSharp.Formats;

/// <summary>Where and how a file holds a tensor.</summary>
/// <param name="Name">Its key.</param>
/// <param name="Type">The type of its elements, by safetensors' names: F32, F64, F16, BF16, I64 and others.</param>
/// <param name="Shape">Its lengths, outermost first; any number of them, and 0 is possible.</param>
/// <param name="Offset">Where its first byte is in the file.</param>
/// <param name="ByteCount">The length of its elements without gaps.</param>
public sealed record StoredTensor(string Name, string Type, IReadOnlyList<long> Shape, long Offset, long ByteCount)
{
    /// <summary>The distance, counted in elements, between neighbours along each axis; null where the elements lie in row-major order without gaps.</summary>
    public IReadOnlyList<long>? Strides { get; init; }

    /// <summary>The value of an integer that the file holds as metadata instead of a tensor; null for what lies at <see cref="Offset"/>.</summary>
    public long? Integer { get; init; }

    /// <summary>An integer that the file does not hold as a tensor.</summary>
    public static StoredTensor Of(string name, long value) => new(name, "I64", [], 0, sizeof(long)) { Integer = value };

    /// <summary>Name, type and shape: <c>features.0.weight F32 [64, 3, 3, 3]</c>.</summary>
    public override string ToString() => $"{Name} {Type} [{string.Join(", ", Shape)}]";

    /// <summary>The number of elements from the first to the last, with those between that belong to others.</summary>
    internal long Extent
    {
        get
        {
            long count = ByteCount / ElementSize(Type);
            if (Strides is null || count == 0) return count;
            long extent = 1;
            for (int axis = 0; axis < Shape.Count; axis++) extent += (Shape[axis] - 1) * Strides[axis];
            return extent;
        }
    }

    /// <summary>The bytes of an element, or 0 for an unknown type.</summary>
    internal static int ElementSize(string type) => type switch
    {
        "F64" or "I64" or "U64" => 8,
        "F32" or "I32" or "U32" => 4,
        "F16" or "BF16" or "I16" or "U16" => 2,
        "I8" or "U8" or "BOOL" or "F8_E4M3" or "F8_E5M2" => 1,
        _ => 0,
    };
}

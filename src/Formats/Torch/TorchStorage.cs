namespace DeepSharp.Formats;

/// <summary>A PyTorch storage: the array of elements of a tensor, which several tensors may share.</summary>
/// <param name="Key">The name of the storage in the file.</param>
/// <param name="Type">The safetensors name of the element type.</param>
/// <param name="Count">The number of elements.</param>
/// <param name="Start">
/// The offset of the first element in the data that the file stores under this key, in elements. It is not 0 only in very old files, in
/// which a storage may be a range of another one.
/// </param>
internal sealed record TorchStorage(string Key, string Type, long Count, long Start = 0)
{
    private static readonly (string Class, string Type)[] Classes =
    [
        ("FloatStorage", "F32"), ("DoubleStorage", "F64"), ("HalfStorage", "F16"), ("BFloat16Storage", "BF16"), ("LongStorage", "I64"),
        ("IntStorage", "I32"), ("ShortStorage", "I16"), ("CharStorage", "I8"), ("ByteStorage", "U8"), ("BoolStorage", "BOOL"),
    ];

    /// <summary>The element type of a storage class; null for an unknown class.</summary>
    public static string? TypeOf(string storageClass) => Array.Find(Classes, known => known.Class == storageClass).Type;

    /// <summary>The storage class of an element type.</summary>
    /// <exception cref="InvalidDataException">PyTorch has no such storage class.</exception>
    public static string ClassOf(string type) =>
        Array.Find(Classes, known => known.Type == type).Class
            ?? throw new InvalidDataException($"PyTorch has no storage class for elements of type {type}; use safetensors.");
}

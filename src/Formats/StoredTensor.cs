using Microsoft.Win32.SafeHandles;

namespace DeepSharp.Formats;

/// <summary>Location and layout of a tensor in a file; or an integer without a location, see <see cref="Integer"/>.</summary>
/// <param name="Name">The name of the tensor.</param>
/// <param name="Type">The safetensors name of the element type: F32, F64, F16, BF16, I64 and others.</param>
/// <param name="Shape">The lengths of the axes, outermost first. There may be more than four axes, and lengths may be 0.</param>
/// <param name="Offset">The file offset of the first element in bytes.</param>
/// <param name="ByteCount">The size of all elements in bytes, without gaps between them.</param>
public sealed record StoredTensor(string Name, string Type, IReadOnlyList<long> Shape, long Offset, long ByteCount)
{
    /// <summary>
    /// The stride of each axis, in elements; null if the elements are stored row-major without gaps.
    /// </summary>
    public IReadOnlyList<long>? Strides { get; init; }

    /// <summary>
    /// The lengths of the axes that <see cref="Strides"/> refers to, if they are not those of <see cref="Shape"/>; else null. The row-major
    /// order of these axes is also the row-major order of the tensor.
    /// </summary>
    public IReadOnlyList<long>? Axes { get; init; }

    /// <summary>Whether the file does not store the elements because all are zero.</summary>
    public bool IsZero { get; init; }

    /// <summary>
    /// The value of an integer that the file does not store as a tensor; null for a tensor.
    /// </summary>
    public long? Integer { get; init; }

    /// <summary>Creates an integer that the file does not store as a tensor.</summary>
    public static StoredTensor Of(string name, long value) => new(name, "I64", [], 0, sizeof(long)) { Integer = value };

    /// <summary>Creates a float32 tensor of zeros that the file does not store.</summary>
    public static StoredTensor Zeros(string name, long length) =>
        new(name, "F32", [length], 0, sizeof(float) * length) { IsZero = true };

    /// <summary>Name, type and shape: <c>features.0.weight F32 [64, 3, 3, 3]</c>.</summary>
    public override string ToString() => $"{Name} {Type} [{string.Join(", ", Shape)}]";

    /// <summary>The file with the elements; null if it is the one with the description of the tensor.</summary>
    internal SafeFileHandle? DataFile { get; init; }

    /// <summary>The lengths of the axes that <see cref="Strides"/> refers to.</summary>
    internal IReadOnlyList<long> StridedShape => Axes ?? Shape;

    /// <summary>The number of elements from the first to the last, including those in between that are not part of the tensor.</summary>
    internal long Extent
    {
        get
        {
            long count = ByteCount / ElementSize(Type);
            if (Strides is null || count == 0) return count;
            long extent = 1;
            for (int axis = 0; axis < Strides.Count; axis++) extent += (StridedShape[axis] - 1) * Strides[axis];
            return extent;
        }
    }

    /// <summary>The types whose elements can be copied; F64, F32, F16 and BF16 can be read as numbers.</summary>
    internal const string Types = "F64, F32, F16, BF16, F8_E4M3, F8_E5M2, I64, I32, I16, I8, U64, U32, U16, U8 or BOOL";

    /// <summary>The strides of a shape whose elements are stored row-major without gaps.</summary>
    public static long[] RowMajorStrides(IReadOnlyList<long> shape)
    {
        ArgumentNullException.ThrowIfNull(shape);
        long[] strides = new long[shape.Count];
        // If one length is 0, the others are not limited, and their product may not fit in 64 bits. The strides do not matter then.
        bool isEmpty = shape.Contains(0);
        long stride = 1;
        for (int axis = shape.Count - 1; axis >= 0; axis--)
        {
            strides[axis] = stride;
            if (!isEmpty) stride *= shape[axis];
        }

        return strides;
    }

    /// <summary>The size of an element in bytes; 0 for an unknown type.</summary>
    internal static int ElementSize(string type) => type switch
    {
        "F64" or "I64" or "U64" => 8,
        "F32" or "I32" or "U32" => 4,
        "F16" or "BF16" or "I16" or "U16" => 2,
        "I8" or "U8" or "BOOL" or "F8_E4M3" or "F8_E5M2" => 1,
        _ => 0,
    };
}

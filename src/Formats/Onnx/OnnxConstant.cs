namespace DeepSharp.Formats;

/// <summary>A constant of an ONNX file (TensorProto), with the location of its elements.</summary>
/// <param name="Name">The name by which nodes refer to it.</param>
/// <param name="Type">The safetensors name of the element type if it can be read, else "ONNX type" and its number.</param>
/// <param name="Shape">The lengths of the axes.</param>
/// <param name="Offset">The file offset of the first element.</param>
/// <param name="ByteCount">The size of the elements in bytes; 0 for <see cref="Integers"/> and for <see cref="External"/> elements.</param>
/// <param name="Problem">Why the elements cannot be located: a predicate, as in <c>are not stored as …</c>; null if they can.</param>
internal sealed record OnnxConstant(string Name, string Type, IReadOnlyList<long> Shape, long Offset, long ByteCount, string? Problem)
{
    // A value of TensorProto.DataLocation.
    private const int ExternalLocation = 1;
    private const int MaxRank = 8, MaxIntegers = 64;

    /// <summary>The integers that are stored as varints instead of bytes; null if there are none.</summary>
    public IReadOnlyList<long>? Integers { get; private init; }

    /// <summary>The location of the elements in another file; null if they are in this one.</summary>
    public OnnxExternalData? External { get; init; }

    /// <summary>Whether the elements are floating-point numbers.</summary>
    public bool IsFloatingPoint => Type is "F32" or "F64" or "F16" or "BF16";

    /// <summary>Reads the fields of a constant, but not its elements.</summary>
    public static OnnxConstant Read(ProtobufReader reader, ProtobufField message)
    {
        List<long> shape = [], integers = [];
        List<ProtobufField> dataFields = [];
        Dictionary<string, string> location = [];
        string name = "";
        long type = 0;
        bool isExternal = false, isCoded = false;
        foreach (var field in reader.Fields(message))
        {
            switch (field.Number)
            {
                case OnnxFields.Tensor.Dimensions:
                    shape.AddRange(reader.Integers(field));
                    if (shape.Count > MaxRank) throw new InvalidDataException($"a constant has more than {MaxRank} dimensions.");
                    break;
                case OnnxFields.Tensor.DataType: type = field.Integer; break;
                case OnnxFields.Tensor.Name: name = reader.Text(field); break;
                // Raw bytes, or packed 32-bit or 64-bit floating-point numbers, which are encoded as the same bytes. The type is 0 if its
                // field follows later.
                case OnnxFields.Tensor.RawData:
                case OnnxFields.Tensor.FloatData when type is OnnxFile.Float32 or 0:
                case OnnxFields.Tensor.DoubleData when type is OnnxFile.Float64 or 0: dataFields.Add(field); break;
                case OnnxFields.Tensor.Int64Data when type is OnnxFile.Int64:
                case OnnxFields.Tensor.Int32Data when type is OnnxFile.Int32:
                    if (integers.Count <= MaxIntegers) integers.AddRange(reader.Integers(field).Take(MaxIntegers + 1));
                    break;
                // Elements of other types, which are encoded differently.
                case >= OnnxFields.Tensor.FloatData and <= OnnxFields.Tensor.UInt64Data: isCoded = true; break;
                case OnnxFields.Tensor.DataLocation: isExternal = field.Integer == ExternalLocation; break;
                case OnnxFields.Tensor.ExternalData: OnnxFile.ReadMetadata(reader, field, location); break;
            }
        }

        bool isUnreadable = isCoded || dataFields.Count > 1
            || (integers.Count > 0 && (dataFields.Count > 0 || integers.Count > MaxIntegers))
            || dataFields.Exists(field => field.Type != Google.Protobuf.WireFormat.WireType.LengthDelimited);
        string? problem = isUnreadable ? "are not stored as one array of numbers" : null;
        var data = problem is null && dataFields.Count == 1 ? dataFields[0] : default;
        return new OnnxConstant(name, TypeName(type), shape, data.Start, data.Length, problem)
        {
            Integers = integers.Count > 0 ? integers : null,
            External = isExternal ? OnnxExternalData.Read(name, location) : null,
        };
    }

    /// <summary>
    /// Why the constant is unusable: its elements cannot be located, have an unsupported type, or do not match its shape; null if it is
    /// usable.
    /// </summary>
    public string? Refusal
    {
        get
        {
            if (Problem is not null) return $"the elements of \"{Name}\" {Problem}.";
            if (StoredTensor.ElementSize(Type) is not (> 0 and var size))
                return $"\"{Name}\" has elements of {Type}, expected floating-point numbers, int32 or int64.";
            Int128 bytes = size;
            foreach (long length in Shape) bytes = Int128.Min(bytes * length, long.MaxValue);
            long found = Integers?.Count * size ?? External?.ByteCount ?? ByteCount;
            return bytes == found && Shape.All(length => length >= 0) ? null
                : $"\"{Name}\" {Type} [{string.Join(", ", Shape)}] takes {bytes} bytes, the file has {found}.";
        }
    }

    /// <summary>The constant as a stored tensor. It must have no <see cref="Integers"/>, which have no location.</summary>
    public StoredTensor Store() => External is null ? new(Name, Type, Shape, Offset, ByteCount)
        : new(Name, Type, Shape, External.Offset, External.ByteCount) { DataFile = External.File };

    private static string TypeName(long type) => type switch
    {
        OnnxFile.Float32 => "F32",
        OnnxFile.Int32 => "I32",
        OnnxFile.Int64 => "I64",
        10 => "F16",
        OnnxFile.Float64 => "F64",
        16 => "BF16",
        _ => $"ONNX type {type}",
    };
}

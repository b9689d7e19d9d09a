namespace DeepSharp.Formats;

/// <summary>A constant of an ONNX file (TensorProto), with the location of its elements.</summary>
/// <param name="Name">The name by which nodes refer to it.</param>
/// <param name="Type">The element type: the safetensors name of a floating-point type, or "ONNX type" and the number of any other.</param>
/// <param name="Shape">The lengths of the axes.</param>
/// <param name="Offset">The file offset of the first element.</param>
/// <param name="ByteCount">The size of the elements in the file, in bytes.</param>
/// <param name="Problem">Why the elements cannot be read; null if they can.</param>
internal sealed record OnnxConstant(string Name, string Type, IReadOnlyList<long> Shape, long Offset, long ByteCount, string? Problem)
{
    // TensorProto.DataType.
    private const int Float32 = 1, Float64 = 11;

    // TensorProto.DataLocation.
    private const int External = 1;
    private const int MaxRank = 8;

    /// <summary>Reads the fields of a constant, but not its elements.</summary>
    public static OnnxConstant Read(ProtobufReader reader, ProtobufField message)
    {
        List<long> shape = [];
        List<ProtobufField> dataFields = [];
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
                // Raw bytes, or packed 32-bit or 64-bit floating-point numbers, which are encoded as the same bytes.
                case OnnxFields.Tensor.RawData:
                case OnnxFields.Tensor.FloatData when type is Float32 or 0:
                case OnnxFields.Tensor.DoubleData when type is Float64 or 0: dataFields.Add(field); break;
                // Elements of other types, which are encoded differently.
                case >= OnnxFields.Tensor.FloatData and <= OnnxFields.Tensor.UInt64Data: isCoded = true; break;
                case OnnxFields.Tensor.DataLocation: isExternal = field.Integer == External; break;
            }
        }

        bool isUnreadable = isCoded || dataFields.Count > 1
            || dataFields.Exists(field => field.Type != Google.Protobuf.WireFormat.WireType.LengthDelimited);
        string? problem = isExternal ? "are stored in another file (external data); export the network as a single file"
            : isUnreadable ? "are not stored as one array of floating-point numbers" : null;
        var data = problem is null && dataFields.Count == 1 ? dataFields[0] : default;
        return new OnnxConstant(name, TypeName(type), shape, data.Start, data.Length, problem);
    }

    /// <summary>Why the constant is unusable: its elements cannot be read, or do not match its shape; null if it is usable.</summary>
    public string? Refusal
    {
        get
        {
            if (Problem is not null) return $"the elements of \"{Name}\" {Problem}.";
            if (StoredTensor.ElementSize(Type) is not (> 0 and var size))
                return $"\"{Name}\" has elements of {Type}, expected floating-point numbers.";
            Int128 bytes = size;
            foreach (long length in Shape) bytes = Int128.Min(bytes * length, long.MaxValue);
            return bytes == ByteCount && Shape.All(length => length >= 0) ? null
                : $"\"{Name}\" {Type} [{string.Join(", ", Shape)}] takes {bytes} bytes, the file has {ByteCount}.";
        }
    }

    /// <summary>The constant as a stored tensor.</summary>
    public StoredTensor Store() => new(Name, Type, Shape, Offset, ByteCount);

    private static string TypeName(long type) => type switch
    {
        Float32 => "F32",
        10 => "F16",
        Float64 => "F64",
        16 => "BF16",
        _ => $"ONNX type {type}",
    };
}

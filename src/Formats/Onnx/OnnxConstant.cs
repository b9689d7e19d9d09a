namespace DeepSharp.Formats;

/// <summary>A constant of an ONNX file (TensorProto), and where its elements are.</summary>
/// <param name="Name">What nodes call it.</param>
/// <param name="Type">The type of its elements, by safetensors' names, else by ONNX's number.</param>
/// <param name="Shape">Its lengths.</param>
/// <param name="Offset">Where its elements are in the file.</param>
/// <param name="ByteCount">The bytes that the file has of them.</param>
/// <param name="Problem">Why its elements cannot be read; null if they can.</param>
internal sealed record OnnxConstant(string Name, string Type, IReadOnlyList<long> Shape, long Offset, long ByteCount, string? Problem)
{
    // TensorProto.DataType.
    private const int Float32 = 1, Float64 = 11;

    // TensorProto.DataLocation.
    private const int External = 1;
    private const int MaxRank = 8;

    /// <summary>Reads the fields of a constant, and none of its elements.</summary>
    public static OnnxConstant Read(ProtobufReader reader, ProtobufField message)
    {
        List<long> shape = [];
        List<ProtobufField> pieces = [];
        string name = "";
        long type = 0;
        bool isExternal = false, isCoded = false;
        foreach (var field in reader.Fields(message))
        {
            switch (field.Number)
            {
                case 1:
                    shape.AddRange(reader.Integers(field));
                    if (shape.Count > MaxRank) throw new InvalidDataException($"a constant has more than {MaxRank} dimensions.");
                    break;
                case 2: type = field.Integer; break;
                case 8: name = reader.Text(field); break;
                // Raw bytes, or packed floating-point numbers of 32 or 64 bits, which are the same bytes.
                case 9:
                case 4 when type is Float32 or 0:
                case 10 when type is Float64 or 0: pieces.Add(field); break;
                // Numbers and strings of other kinds, written in ways of their own.
                case >= 4 and <= 11 and not 8: isCoded = true; break;
                case 14: isExternal = field.Integer == External; break;
            }
        }

        string? problem = isExternal ? "lie in another file (external data); export the network as a single file"
            : isCoded || pieces.Exists(piece => piece.Type != Google.Protobuf.WireFormat.WireType.LengthDelimited) || pieces.Count > 1
                ? "are not written as one row of floating-point numbers" : null;
        var data = problem is null && pieces.Count == 1 ? pieces[0] : default;
        return new OnnxConstant(name, TypeName(type), shape, data.Start, data.Length, problem);
    }

    /// <summary>Why it cannot be a tensor: its elements cannot be read, or are not as many as its shape says; null if it can.</summary>
    public string? Refusal
    {
        get
        {
            if (Problem is not null) return $"the elements of \"{Name}\" {Problem}.";
            if (StoredTensor.ElementSize(Type) is not (> 0 and var size)) return $"\"{Name}\" has elements of the {Type}, expected floating-point numbers.";
            Int128 bytes = size;
            foreach (long length in Shape) bytes = Int128.Min(bytes * length, long.MaxValue);
            return bytes == ByteCount && Shape.All(length => length >= 0) ? null
                : $"\"{Name}\" {Type} [{string.Join(", ", Shape)}] takes {bytes} bytes, the file has {ByteCount}.";
        }
    }

    /// <summary>The constant as a tensor.</summary>
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

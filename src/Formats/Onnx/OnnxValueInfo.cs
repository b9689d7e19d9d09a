namespace DeepSharp.Formats;

/// <summary>An input or output of an ONNX graph (ValueInfoProto).</summary>
/// <param name="Name">The name of the value.</param>
/// <param name="Type">The number of its element type (TensorProto.DataType); 0 if the file does not state it.</param>
/// <param name="Shape">The lengths of its axes, null for an axis of any length; null if the file does not state a shape.</param>
public sealed record OnnxValueInfo(string Name, int Type, IReadOnlyList<long?>? Shape)
{
    private const int MaxRank = 16;

    /// <summary>Name and shape: <c>"images" [?, 3, 32, 32]</c>.</summary>
    public override string ToString() => Shape is null ? $"\"{Name}\" of any shape"
        : $"\"{Name}\" [{string.Join(", ", Shape.Select(length => length is { } number ? $"{number}" : "?"))}]";

    /// <summary>Reads the fields of an input or output.</summary>
    internal static OnnxValueInfo Read(ProtobufReader reader, ProtobufField message)
    {
        string name = "";
        int type = 0;
        List<long?>? shape = null;
        foreach (var field in reader.Fields(message))
        {
            if (field.Number == OnnxFields.ValueInfo.Name) name = reader.Text(field);
            if (field.Number != OnnxFields.ValueInfo.Type) continue;
            foreach (var tensor in reader.Fields(field).Where(kind => kind.Number == OnnxFields.Type.Tensor))
            {
                foreach (var part in reader.Fields(tensor))
                {
                    if (part.Number == OnnxFields.TensorType.ElementType) type = (int)Math.Clamp(part.Integer, 0, int.MaxValue);
                    if (part.Number == OnnxFields.TensorType.Shape) shape = ReadShape(reader, part);
                }
            }
        }

        return new OnnxValueInfo(name, type, shape);
    }

    private static List<long?> ReadShape(ProtobufReader reader, ProtobufField message)
    {
        List<long?> shape = [];
        foreach (var dimension in reader.Fields(message).Where(field => field.Number == OnnxFields.TensorShape.Dimension))
        {
            if (shape.Count == MaxRank) throw new InvalidDataException($"an input or output has more than {MaxRank} dimensions.");
            long? length = null;
            foreach (var field in reader.Fields(dimension))
            {
                if (field.Number == OnnxFields.TensorShape.DimensionValue) length = field.Integer;
                // Some exporters write -1 or 0 for an axis of any length.
                if (length is < 1) length = null;
            }

            shape.Add(length);
        }

        return shape;
    }
}

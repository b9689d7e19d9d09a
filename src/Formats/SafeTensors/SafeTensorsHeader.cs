using System.Text;
using System.Text.Json;

namespace DeepSharp.Formats;

/// <summary>
/// The JSON header of a safetensors file:
/// <c>{"__metadata__":{"k":"v"},"name":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]}}</c>.
/// </summary>
internal static class SafeTensorsHeader
{
    /// <summary>The maximum header length that the format allows, in bytes.</summary>
    public const int MaxLength = 100_000_000;

    private const string MetadataKey = "__metadata__";

    private static readonly Dictionary<JsonTokenType, string> Names = new()
    {
        [JsonTokenType.StartObject] = "object",
        [JsonTokenType.StartArray] = "array",
        [JsonTokenType.String] = "string",
    };

    /// <summary>Reads a header and checks that its tensors fill the data without holes or overlaps.</summary>
    /// <param name="json">The header.</param>
    /// <param name="dataStart">The file offset of the data.</param>
    /// <param name="dataLength">The length of the data in bytes.</param>
    /// <exception cref="InvalidDataException">The header breaks a rule of the format.</exception>
    public static (List<StoredTensor> Tensors, Dictionary<string, string> Metadata) Read(
        ReadOnlySpan<byte> json, long dataStart, long dataLength)
    {
        List<StoredTensor> tensors = [];
        Dictionary<string, string> metadata = [];
        HashSet<string> names = [];
        try
        {
            var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 8 });
            Expect(ref reader, JsonTokenType.StartObject, "the header");
            while (NextName(ref reader) is { } name)
            {
                if (!names.Add(name)) throw new InvalidDataException($"the name \"{name}\" appears twice.");
                if (name == MetadataKey) ReadMetadata(ref reader, metadata);
                else tensors.Add(ReadTensor(ref reader, name, dataStart));
            }

            // At the end of the object, Read throws if anything but whitespace follows.
            reader.Read();
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException or DecoderFallbackException)
        {
            throw new InvalidDataException($"the header is damaged: {e.Message}", e);
        }

        RequireNoHolesOrOverlaps(tensors, dataStart, dataLength);
        return (tensors, metadata);
    }

    /// <summary>Writes a header, padded with spaces to a multiple of 8 so that the data is aligned.</summary>
    /// <exception cref="InvalidDataException">A tensor has the name that the format reserves for metadata.</exception>
    public static byte[] Write(IEnumerable<StoredTensor> tensors, IReadOnlyDictionary<string, string> metadata)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            writer.WriteStartObject();
            writer.WriteStartObject(MetadataKey);
            foreach (var (key, value) in metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal)) writer.WriteString(key, value);
            writer.WriteEndObject();
            foreach (var tensor in tensors)
            {
                if (tensor.Name == MetadataKey)
                {
                    throw new InvalidDataException(
                        $"A safetensors file cannot have a tensor \"{MetadataKey}\": the format reserves the name for metadata.");
                }

                writer.WriteStartObject(tensor.Name);
                writer.WriteString("dtype", tensor.Type);
                writer.WriteStartArray("shape");
                foreach (long length in tensor.Shape) writer.WriteNumberValue(length);
                writer.WriteEndArray();
                writer.WriteStartArray("data_offsets");
                writer.WriteNumberValue(tensor.Offset);
                writer.WriteNumberValue(tensor.Offset + tensor.ByteCount);
                writer.WriteEndArray();
                writer.WriteEndObject();
            }

            writer.WriteEndObject();
        }

        while (stream.Length % 8 != 0) stream.WriteByte((byte)' ');
        return stream.ToArray();
    }

    private static StoredTensor ReadTensor(ref Utf8JsonReader reader, string name, long dataStart)
    {
        string? type = null;
        List<long>? shape = null, offsets = null;
        Expect(ref reader, JsonTokenType.StartObject, $"\"{name}\"");
        while (NextName(ref reader) is { } field)
        {
            switch (field)
            {
                case "dtype" when type is null:
                    Expect(ref reader, JsonTokenType.String, $"dtype of \"{name}\"");
                    type = reader.GetString()!;
                    break;
                case "shape" when shape is null: shape = ReadNumbers(ref reader, name); break;
                case "data_offsets" when offsets is null: offsets = ReadNumbers(ref reader, name); break;
                default: throw new InvalidDataException($"\"{name}\" has an unexpected or repeated field \"{field}\".");
            }
        }

        if (type is null || shape is null || offsets is not [var begin, var end])
            throw new InvalidDataException($"\"{name}\" must have dtype, shape and two data_offsets.");
        if (StoredTensor.ElementSize(type) is not (> 0 and var size))
            throw new InvalidDataException($"\"{name}\" has elements of {type}, expected {StoredTensor.Types}.");
        Int128 bytes = size;
        foreach (long length in shape) bytes = Int128.Min(bytes * length, long.MaxValue);
        if (bytes != (Int128)end - begin)
        {
            throw new InvalidDataException(
                $"\"{name}\" {type} [{string.Join(", ", shape)}] takes {bytes} bytes, "
                + $"its data_offsets [{begin}, {end}] give it {(Int128)end - begin}.");
        }

        return new StoredTensor(name, type, shape, dataStart + begin, end - begin);
    }

    private static void ReadMetadata(ref Utf8JsonReader reader, Dictionary<string, string> metadata)
    {
        if (!reader.Read() || reader.TokenType is not (JsonTokenType.StartObject or JsonTokenType.Null))
            throw new InvalidDataException("the metadata is not a JSON object.");
        if (reader.TokenType == JsonTokenType.Null) return;
        while (NextName(ref reader) is { } key)
        {
            Expect(ref reader, JsonTokenType.String, $"metadata \"{key}\"");
            if (!metadata.TryAdd(key, reader.GetString()!)) throw new InvalidDataException($"metadata \"{key}\" appears twice.");
        }
    }

    private static List<long> ReadNumbers(ref Utf8JsonReader reader, string name)
    {
        List<long> numbers = [];
        Expect(ref reader, JsonTokenType.StartArray, $"a list of \"{name}\"");
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out long number) || number < 0)
                throw new InvalidDataException($"\"{name}\" has a shape or offset that is not a whole number.");
            numbers.Add(number);
        }

        return numbers;
    }

    private static void RequireNoHolesOrOverlaps(List<StoredTensor> tensors, long dataStart, long dataLength)
    {
        long end = dataStart;
        foreach (var tensor in tensors.OrderBy(tensor => tensor.Offset).ThenBy(tensor => tensor.ByteCount))
        {
            if (tensor.Offset != end)
            {
                throw new InvalidDataException(
                    $"\"{tensor.Name}\" begins at byte {tensor.Offset - dataStart} of the data, expected {end - dataStart}: "
                    + "the data has a hole or an overlap.");
            }

            end += tensor.ByteCount;
        }

        if (end - dataStart != dataLength)
        {
            throw new InvalidDataException(
                $"the header describes {end - dataStart} bytes of data, the file has {dataLength}; it is truncated or damaged.");
        }
    }

    private static void Expect(ref Utf8JsonReader reader, JsonTokenType type, string what)
    {
        if (!reader.Read() || reader.TokenType != type) throw new InvalidDataException($"{what} is not a JSON {Names[type]}.");
    }

    /// <summary>The next property name of an object, or null at its end.</summary>
    private static string? NextName(ref Utf8JsonReader reader) =>
        reader.Read() && reader.TokenType == JsonTokenType.PropertyName ? reader.GetString() : null;
}

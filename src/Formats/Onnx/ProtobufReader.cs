using System.Text;
using Google.Protobuf;

namespace DeepSharp.Formats;

/// <summary>A field of a protobuf message.</summary>
/// <param name="Number">The field number.</param>
/// <param name="Type">The wire type.</param>
/// <param name="Value">The bits of a numeric field; 0 for other fields.</param>
/// <param name="Start">The file offset of the content of a bytes, string or message field, or of the number.</param>
/// <param name="End">The file offset of the first byte after it.</param>
internal readonly record struct ProtobufField(int Number, WireFormat.WireType Type, ulong Value, long Start, long End)
{
    /// <summary>The length of the content.</summary>
    public long Length => End - Start;

    /// <summary>The value as a signed integer; throws if it is not a varint.</summary>
    public long Integer => Type == WireFormat.WireType.Varint ? (long)Value : throw Unexpected("a whole number");

    /// <summary>The value as a 32-bit floating-point number; throws if it has another size.</summary>
    public float Float => Type == WireFormat.WireType.Fixed32
        ? BitConverter.UInt32BitsToSingle((uint)Value)
        : throw Unexpected("a floating-point number");

    /// <summary>The field itself; throws if it is not a bytes, string or message field.</summary>
    public ProtobufField Content => Type == WireFormat.WireType.LengthDelimited ? this : throw Unexpected("bytes");

    private InvalidDataException Unexpected(string expected) =>
        new($"expected the field {Number} to be {expected}, found the type {Type}.");
}

/// <summary>Reads protobuf messages from a file through a small buffer. Content is read only on request.</summary>
/// <remarks>The number of fields and the total length of strings are limited, which limits the time and memory of reading a file.</remarks>
internal sealed class ProtobufReader(WeightsFile file)
{
    private const int MaxFields = 1 << 20, MaxTextLength = 1 << 24, MaxVarintLength = 10;

    private readonly byte[] buffer = new byte[1 << 12];
    private long bufferStart;
    private int filled, fields, textLength;

    /// <summary>The fields of the file's outermost message.</summary>
    public IEnumerable<ProtobufField> Fields() => Fields(0, file.Length);

    /// <summary>The fields of a nested message.</summary>
    public IEnumerable<ProtobufField> Fields(ProtobufField message) => Fields(message.Content.Start, message.End);

    /// <summary>The integers of one occurrence of a repeated field: a single one, or several if they are packed.</summary>
    public IEnumerable<long> Integers(ProtobufField field)
    {
        if (field.Type != WireFormat.WireType.LengthDelimited)
        {
            yield return field.Integer;
            yield break;
        }

        for (long position = field.Start; position < field.End;)
        {
            Count();
            yield return (long)ReadVarint(ref position, field.End);
        }
    }

    /// <summary>Reads a string.</summary>
    public string Text(ProtobufField field)
    {
        if (field.Content.Length > MaxTextLength - textLength)
            throw new InvalidDataException($"its strings take more than {MaxTextLength} bytes.");
        textLength += (int)field.Length;
        byte[] bytes = new byte[(int)field.Length];
        file.ReadBytes(bytes, field.Start);
        return Encoding.UTF8.GetString(bytes);
    }

    private IEnumerable<ProtobufField> Fields(long start, long end)
    {
        for (long position = start; position < end;)
        {
            Count();
            ulong tag = ReadVarint(ref position, end);
            var type = (WireFormat.WireType)(tag & 7);
            ulong value = 0;
            long content = position;
            switch (type)
            {
                case WireFormat.WireType.Varint: value = ReadVarint(ref position, end); break;
                case WireFormat.WireType.Fixed32: value = ReadFixed(ref position, end, sizeof(uint)); break;
                case WireFormat.WireType.Fixed64: value = ReadFixed(ref position, end, sizeof(ulong)); break;
                case WireFormat.WireType.LengthDelimited:
                    ulong length = ReadVarint(ref position, end);
                    if (length > (ulong)(end - position)) throw Truncated(end);
                    content = position;
                    position += (long)length;
                    break;
                default:
                    throw new InvalidDataException($"there is a field of type {(int)type} at byte {content}, expected 0, 1, 2 or 5.");
            }

            if (tag >> 3 is 0 or > int.MaxValue)
                throw new InvalidDataException($"there is a field with number {tag >> 3} at byte {content}, expected 1 to {int.MaxValue}.");
            yield return new ProtobufField((int)(tag >> 3), type, value, content, position);
        }
    }

    private void Count()
    {
        if (++fields > MaxFields)
            throw new InvalidDataException($"it has more than {MaxFields} fields, which no network of this library needs.");
    }

    // Seven bits per byte, lowest first. The highest bit of each byte is set if another byte follows.
    private ulong ReadVarint(ref long position, long end)
    {
        ulong value = 0;
        for (int i = 0; i < MaxVarintLength; i++)
        {
            byte part = ReadByte(ref position, end);
            value |= (ulong)(part & 0x7F) << (7 * i);
            if (part < 0x80) return value;
        }

        throw new InvalidDataException($"there is a number of more than {MaxVarintLength} bytes before byte {position}.");
    }

    private ulong ReadFixed(ref long position, long end, int length)
    {
        ulong value = 0;
        for (int i = 0; i < length; i++) value |= (ulong)ReadByte(ref position, end) << (8 * i);
        return value;
    }

    private byte ReadByte(ref long position, long end)
    {
        if (position >= end) throw Truncated(end);
        if (position < bufferStart || position >= bufferStart + filled)
        {
            filled = (int)Math.Min(buffer.Length, file.Length - position);
            bufferStart = position;
            file.ReadBytes(buffer.AsSpan(0, filled), position);
        }

        return buffer[position++ - bufferStart];
    }

    private static InvalidDataException Truncated(long end) =>
        new($"it is truncated or damaged: a message ends at byte {end}, before its last field does.");
}

using Google.Protobuf;

namespace DeepSharp.Formats;

/// <summary>Writes the few kinds of protobuf fields that ONNX files need. Each field is identified by its number.</summary>
internal static class Protobuf
{
    /// <summary>The bytes of the fields that <paramref name="write"/> writes: a whole message, or a part of it.</summary>
    public static byte[] Encode(Action<CodedOutputStream> write)
    {
        using var buffer = new MemoryStream();
        using (var output = new CodedOutputStream(buffer, leaveOpen: true)) write(output);
        return buffer.ToArray();
    }

    /// <summary>The tag and the length that precede the content of a bytes, string or message field.</summary>
    public static byte[] Prefix(int field, long length) => Encode(output => output.Begin(field, checked((int)length)));

    extension(CodedOutputStream output)
    {
        /// <summary>Writes an integer.</summary>
        public void Integer(int field, long value)
        {
            output.WriteTag(field, WireFormat.WireType.Varint);
            output.WriteInt64(value);
        }

        /// <summary>Writes a 32-bit floating-point number.</summary>
        public void Float(int field, float value)
        {
            output.WriteTag(field, WireFormat.WireType.Fixed32);
            output.WriteFloat(value);
        }

        /// <summary>Writes a string.</summary>
        public void Text(int field, string value)
        {
            output.WriteTag(field, WireFormat.WireType.LengthDelimited);
            output.WriteString(value);
        }

        /// <summary>Writes a nested message.</summary>
        public void Message(int field, byte[] message)
        {
            output.WriteTag(field, WireFormat.WireType.LengthDelimited);
            output.WriteBytes(UnsafeByteOperations.UnsafeWrap(message));
        }

        /// <summary>Writes a nested message.</summary>
        public void Message(int field, Action<CodedOutputStream> write) => output.Message(field, Encode(write));

        /// <summary>Writes the tag and the length of a field whose content is written separately.</summary>
        public void Begin(int field, int length)
        {
            output.WriteTag(field, WireFormat.WireType.LengthDelimited);
            output.WriteLength(length);
        }
    }
}

using Google.Protobuf;

namespace DeepSharp.Formats;

/// <summary>Writes the few kinds of protobuf fields that ONNX files need, each identified by its number.</summary>
internal static class Protobuf
{
    /// <summary>Encodes fields: a message, or a part of one.</summary>
    public static byte[] Encode(Action<CodedOutputStream> write)
    {
        using var buffer = new MemoryStream();
        using (var output = new CodedOutputStream(buffer, leaveOpen: true)) write(output);
        return buffer.ToArray();
    }

    /// <summary>The beginning of a field of bytes, a string or a message: its number and the length of its content.</summary>
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

        /// <summary>Writes a message inside this one.</summary>
        public void Message(int field, byte[] message)
        {
            output.WriteTag(field, WireFormat.WireType.LengthDelimited);
            output.WriteBytes(UnsafeByteOperations.UnsafeWrap(message));
        }

        /// <summary>Writes a message inside this one.</summary>
        public void Message(int field, Action<CodedOutputStream> write) => output.Message(field, Encode(write));

        /// <summary>Begins a field whose content is written separately.</summary>
        public void Begin(int field, int length)
        {
            output.WriteTag(field, WireFormat.WireType.LengthDelimited);
            output.WriteLength(length);
        }
    }
}

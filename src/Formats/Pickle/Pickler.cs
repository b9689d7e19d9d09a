using System.Buffers.Binary;
using System.Text;

namespace DeepSharp.Formats;

/// <summary>Writes a pickle of protocol 2, instruction by instruction.</summary>
internal sealed class Pickler
{
    private const byte Protocol = 2;

    private readonly List<byte> pickle = [(byte)PickleOpcode.Proto, Protocol];

    /// <summary>Writes an instruction without an argument.</summary>
    public Pickler Do(PickleOpcode opcode)
    {
        pickle.Add((byte)opcode);
        return this;
    }

    /// <summary>Writes a reference to a class or function.</summary>
    public Pickler Global(string module, string name)
    {
        Do(PickleOpcode.Global);
        pickle.AddRange(Encoding.UTF8.GetBytes($"{module}\n{name}\n"));
        return this;
    }

    /// <summary>Writes a string.</summary>
    public Pickler Text(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        Do(PickleOpcode.BinUnicode);
        Write(bytes.Length);
        pickle.AddRange(bytes);
        return this;
    }

    /// <summary>Writes an integer.</summary>
    public Pickler Integer(long value)
    {
        if (value is >= int.MinValue and <= int.MaxValue)
        {
            Do(PickleOpcode.BinInt);
            Write((int)value);
            return this;
        }

        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        Do(PickleOpcode.Long1);
        pickle.Add(sizeof(long));
        pickle.AddRange(bytes);
        return this;
    }

    /// <summary>Writes a tuple of integers.</summary>
    public Pickler Integers(IEnumerable<long> values)
    {
        Do(PickleOpcode.Mark);
        foreach (long value in values) Integer(value);
        return Do(PickleOpcode.Tuple);
    }

    /// <summary>Ends the pickle.</summary>
    /// <returns>The bytes of the whole pickle.</returns>
    public byte[] Finish()
    {
        Do(PickleOpcode.Stop);
        return [.. pickle];
    }

    private void Write(int value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
        pickle.AddRange(bytes);
    }
}

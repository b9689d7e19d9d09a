using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace DeepSharp.Formats;

/// <summary>NumPy's .npy format: a magic number, a Python dictionary as text, and the elements, here always in row-major order.</summary>
public static partial class NumPyFile
{
    private const int Alignment = 64, PrefixLength = 10;

    private static ReadOnlySpan<byte> Magic => [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'];

    /// <summary>The bytes before the elements of a float32 file (version 1.0). The elements are little-endian and row-major.</summary>
    /// <param name="shape">The lengths of the array's axes.</param>
    public static byte[] FloatHeader(params IReadOnlyList<long> shape)
    {
        ArgumentNullException.ThrowIfNull(shape);
        // In Python, a tuple of one element ends in a comma.
        string lengths = string.Join(", ", shape.Select(length => length.ToString(CultureInfo.InvariantCulture)))
            + (shape.Count == 1 ? "," : "");
        string header = $"{{'descr': '<f4', 'fortran_order': False, 'shape': ({lengths}), }}";
        // Spaces and a final line feed pad the header, so that the elements begin at a multiple of 64 bytes.
        int length = (PrefixLength + header.Length + Alignment) / Alignment * Alignment;
        byte[] file = [.. Magic, 1, 0, 0, 0, .. Encoding.ASCII.GetBytes(header.PadRight(length - PrefixLength - 1)), (byte)'\n'];
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(PrefixLength - sizeof(ushort)), (ushort)(length - PrefixLength));
        return file;
    }

    /// <summary>Whether a file that begins with these bytes is a .npy file.</summary>
    public static bool IsNumPy(ReadOnlySpan<byte> file) => file.StartsWith(Magic);

    /// <summary>Reads the elements and the shape of an array of unsigned bytes.</summary>
    /// <param name="file">All bytes of a file for which <see cref="IsNumPy"/> returns true.</param>
    /// <exception cref="InvalidDataException">The file is damaged, or its elements have another type or order.</exception>
    public static (byte[] Elements, int[] Shape) ReadBytes(ReadOnlySpan<byte> file)
    {
        bool isV1 = file.Length > Magic.Length && file[Magic.Length] == 1;
        int start = isV1 ? PrefixLength : PrefixLength + sizeof(ushort);
        if (file.Length < start) throw new InvalidDataException("the file ends within its header.");
        uint length = isV1 ? BinaryPrimitives.ReadUInt16LittleEndian(file[8..]) : BinaryPrimitives.ReadUInt32LittleEndian(file[8..]);
        if (length > file.Length - start)
            throw new InvalidDataException($"the header would take {length} bytes, the file has {file.Length}.");
        string header = Encoding.ASCII.GetString(file.Slice(start, (int)length));
        if (Header().Match(header) is not { Success: true } match)
            throw new InvalidDataException($"expected an array of bytes ('|u1') in row-major order, found the header {header.Trim()}");
        long elements = 1;
        List<int> shape = [];
        const StringSplitOptions Trimmed = StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries;
        foreach (string text in match.Groups["shape"].Value.Split(',', Trimmed))
        {
            if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number))
                throw new InvalidDataException($"the length \"{text}\" is not a whole number of at most {int.MaxValue}.");
            shape.Add(number);
            elements = Math.Min(elements * number, int.MaxValue);
        }

        var data = file[(start + (int)length)..];
        return data.Length == elements ? (data.ToArray(), [.. shape])
            : throw new InvalidDataException(
                $"an array [{string.Join(", ", shape)}] has {elements} bytes after its header, found {data.Length}.");
    }

    [GeneratedRegex(@"^\{'descr': '\|u1', 'fortran_order': False, 'shape': \((?<shape>[0-9, ]*)\),? *\}\s*$")]
    private static partial Regex Header();
}

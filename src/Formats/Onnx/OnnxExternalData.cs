using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace DeepSharp.Formats;

/// <summary>
/// The location of a constant's elements in another file (external data). That file must be in the folder of the ONNX file or below it.
/// </summary>
/// <param name="Location">The path of the file, relative to the folder of the ONNX file.</param>
/// <param name="Offset">The offset of the first element in bytes.</param>
/// <param name="Length">The number of bytes; null for all bytes from the offset on.</param>
internal sealed record OnnxExternalData(string Location, long Offset, long? Length)
{
    /// <summary>The open file; null before <see cref="Open"/>.</summary>
    public SafeFileHandle? File { get; private init; }

    /// <summary>The number of bytes; 0 before <see cref="Open"/> if the ONNX file does not state it.</summary>
    public long ByteCount => Length ?? 0;

    /// <summary>Reads the entries of a constant: location, offset and length.</summary>
    public static OnnxExternalData Read(string constant, IReadOnlyDictionary<string, string> entries)
    {
        return entries.TryGetValue("location", out string? location) && location.Length > 0
            ? new OnnxExternalData(location, Number("offset") ?? 0, Number("length"))
            : throw new InvalidDataException($"the elements of \"{constant}\" are in another file, but its location is not stated.");

        long? Number(string key)
        {
            if (!entries.TryGetValue(key, out string? text)) return null;
            return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number
                : throw new InvalidDataException($"expected a whole number as {key} of the elements of \"{constant}\", found \"{text}\".");
        }
    }

    /// <summary>Opens the file, or takes it from those that are open already.</summary>
    /// <param name="path">The path of the ONNX file.</param>
    /// <param name="files">The open files by location, to which a newly opened one is added.</param>
    /// <exception cref="InvalidDataException">The file is outside the folder, is missing, or ends before the elements do.</exception>
    public OnnxExternalData Open(string path, Dictionary<string, SafeFileHandle> files)
    {
        if (!files.TryGetValue(Location, out var file)) files[Location] = file = OpenFile(path);
        long length = RandomAccess.GetLength(file), count = Length ?? length - Offset;
        return Offset <= length && count <= length - Offset && count >= 0
            ? this with { File = file, Length = count }
            : throw new InvalidDataException(
                $"its elements in \"{Location}\" end at byte {(Int128)Offset + count}, but that file has {length} bytes.");
    }

    private SafeFileHandle OpenFile(string path)
    {
        string folder = Path.GetFullPath(Path.GetDirectoryName(Path.GetFullPath(path))!), full = folder;
        string[] parts = Location.Split('/', '\\');
        if (Path.IsPathRooted(Location) || parts.Contains("..") || Location.Contains(':', StringComparison.Ordinal)) throw Outside(",");
        foreach (string part in parts.Where(part => part is not ("." or "")))
        {
            full = Path.Combine(full, part);
            // A link may lead out of the folder, also by a link inside its target.
            if (new FileInfo(full).LinkTarget is not null) throw Outside(" is a link;");
        }

        return System.IO.File.Exists(full) ? System.IO.File.OpenHandle(full)
            : throw new InvalidDataException($"its elements are in the file \"{Location}\", which is missing in the folder {folder}.");

        InvalidDataException Outside(string found) =>
            new($"its elements are in the file \"{Location}\"{found} expected a file in the folder of the network.");
    }
}

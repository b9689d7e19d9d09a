namespace DeepSharp.Formats;

/// <summary>A file in a zip archive, stored without compression.</summary>
/// <param name="Name">The path of the file in the archive.</param>
/// <param name="Offset">The offset of its first data byte in the archive.</param>
/// <param name="Length">The length in bytes.</param>
/// <param name="Crc">The CRC-32 of its bytes.</param>
internal readonly record struct ZipEntry(string Name, long Offset, long Length, uint Crc);

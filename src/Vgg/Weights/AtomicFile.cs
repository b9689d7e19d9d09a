namespace DeepSharp.Vgg;

/// <summary>Writes files that are either whole or not there.</summary>
public static class AtomicFile
{
    /// <summary>Writes a file under a temporary name in the same folder, flushes it to the disk, and renames it; a file that was there is replaced.</summary>
    /// <param name="path">The file.</param>
    /// <param name="write">Writes the content to a stream that can seek.</param>
    /// <exception cref="IOException">It cannot be written; nothing is left behind, and a file that was there is untouched.</exception>
    public static void Write(string path, Action<FileStream> write)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(write);
        // Another process may be writing the same file: each has a name of its own, and deletes only what it made.
        string temporary = $"{path}.{Path.GetRandomFileName()}.tmp";
        var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, bufferSize: 1 << 16);
        try
        {
            using (stream)
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }
}

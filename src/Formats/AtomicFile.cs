namespace DeepSharp.Formats;

/// <summary>Writes files that are either whole or not there.</summary>
public static class AtomicFile
{
    // No writer pauses so long: what is older was left by one that was killed.
    private static readonly TimeSpan Abandoned = TimeSpan.FromDays(1);

    /// <summary>Writes a file under a temporary name in the same folder, flushes it to the disk, and renames it; a file that was there is replaced.</summary>
    /// <remarks>Temporary files of the same name that a killed process left more than a day ago are removed.</remarks>
    /// <param name="path">The file.</param>
    /// <param name="write">Writes the content to a stream that can seek.</param>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="IOException">It cannot be written; nothing is left behind, and a file that was there is untouched.</exception>
    public static void Write(string path, Action<FileStream> write)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(write);
        // Another process may be writing the same file: each has a name of its own, and deletes only what it made.
        string temporary = $"{path}.{Path.GetRandomFileName()}.tmp";
        var stream = Create(path, temporary);
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

        RemoveAbandoned(path, temporary.Length - path.Length);
    }

    // The system's message names the temporary file, of which nobody has heard.
    private static FileStream Create(string path, string temporary)
    {
        if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder && !Directory.Exists(folder))
            throw new DirectoryNotFoundException($"{path} cannot be written: there is no folder {folder}");
        try
        {
            return new FileStream(temporary, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, bufferSize: 1 << 16);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"{path} cannot be written: {e.Message}", e);
        }
    }

    private static void RemoveAbandoned(string path, int suffixLength)
    {
        var file = new FileInfo(path);
        try
        {
            foreach (var other in file.Directory!.EnumerateFiles("*.tmp"))
            {
                bool isOurs = other.Name.StartsWith(file.Name + ".", StringComparison.Ordinal) && other.Name.Length == file.Name.Length + suffixLength;
                if (isOurs && DateTime.UtcNow - other.LastWriteTimeUtc > Abandoned) other.Delete();
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The file itself is written; another's leavings may stay.
        }
    }
}

namespace DeepSharp.Formats;

/// <summary>Writes files atomically: a file appears under its name only when it is complete.</summary>
public static class AtomicFile
{
    // A temporary file that was not written for this long is assumed to be left by a killed process.
    private static readonly TimeSpan Abandoned = TimeSpan.FromDays(1);

    /// <summary>
    /// Writes a file under a temporary name in the same folder, flushes it to disk, and renames it. An existing file is replaced.
    /// </summary>
    /// <remarks>Also deletes temporary files for the same path that are more than a day old, which killed processes have left.</remarks>
    /// <param name="path">The file.</param>
    /// <param name="write">Writes the content to a seekable stream.</param>
    /// <exception cref="DirectoryNotFoundException">The folder does not exist.</exception>
    /// <exception cref="IOException">
    /// The file cannot be written. The temporary file is deleted, and an existing file is unchanged; this also holds if
    /// <paramref name="write"/> throws.
    /// </exception>
    public static void Write(string path, Action<FileStream> write)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(write);
        // Another process may write the same file at the same time, so each call uses another temporary name.
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

    // The system's message names only the temporary file, which is unknown to the user, so the path is added to it.
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
                bool isOurs = other.Name.StartsWith(file.Name + ".", StringComparison.Ordinal)
                    && other.Name.Length == file.Name.Length + suffixLength;
                if (isOurs && DateTime.UtcNow - other.LastWriteTimeUtc > Abandoned) other.Delete();
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The file itself is written; stale files may remain.
        }
    }
}

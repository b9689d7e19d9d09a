using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;

namespace DeepSharp.Data;

public static partial class Cifar10
{
    private const string HowToGet =
        "download it (--download, Cifar10.DownloadAsync), " +
        "or copy the six .bin files of cifar-10-binary.tar.gz (https://www.cs.toronto.edu/~kriz/cifar.html) into the folder";

    private static readonly FileDownload PublishedArchive =
        new(new Uri("https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz"), HashAlgorithmName.MD5, "c32a1d4ab5d03f1284b67883e8d87530")
        {
            Length = 170_052_171,
        };

    /// <summary>
    /// Downloads the data set from its author's page to <paramref name="folder"/>, unless all six files are already there with their full
    /// length.
    /// </summary>
    /// <remarks>
    /// The archive takes 170 MB and is deleted after unpacking. An interrupted download resumes where it stopped. A file appears under its
    /// name only when it is complete.
    /// </remarks>
    /// <param name="folder">The folder for the six files; created if needed.</param>
    /// <param name="progress">Receives the number of bytes of the archive downloaded so far.</param>
    /// <param name="cancellationToken">Cancels the download; the bytes received so far are kept for the next attempt.</param>
    /// <exception cref="IOException">
    /// The server cannot be reached, refuses the request, stalls, or closes the connection early; or the folder cannot be written.
    /// </exception>
    /// <exception cref="InvalidDataException">The downloaded file is not the published archive.</exception>
    /// <exception cref="OperationCanceledException">The download was canceled.</exception>
    public static Task DownloadAsync(
        string folder, IProgress<DownloadProgress>? progress = null, CancellationToken cancellationToken = default) =>
        DownloadAsync(PublishedArchive, folder, progress, cancellationToken);

    internal static async Task DownloadAsync(
        FileDownload archive, string folder, IProgress<DownloadProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(folder);
        string[] files = [.. TrainFiles, .. TestFiles];
        if (files.All(name => new FileInfo(Path.Combine(folder, name)) is { Exists: true, Length: RecordsPerFile * RecordBytes })) return;
        Directory.CreateDirectory(folder);
        string path = Path.Combine(folder, "cifar-10-binary.tar.gz");
        await archive.SaveAsync(path, progress, cancellationToken).ConfigureAwait(false);
        await ExtractAsync(path, files, folder, cancellationToken).ConfigureAwait(false);
        File.Delete(path);
    }

    // Extracts only the expected files, whatever other paths the archive contains, and renames them after all of them are written.
    private static async Task ExtractAsync(string archive, string[] files, string folder, CancellationToken cancellationToken)
    {
        var missing = files.ToHashSet();
        try
        {
            using var stream = new GZipStream(File.OpenRead(archive), CompressionMode.Decompress);
            using var tar = new TarReader(stream);
            while (await tar.GetNextEntryAsync(copyData: false, cancellationToken).ConfigureAwait(false) is { } entry)
            {
                const string ArchiveFolder = "cifar-10-batches-bin/";
                if (entry.DataStream is null || !entry.Name.StartsWith(ArchiveFolder, StringComparison.Ordinal)) continue;
                string name = entry.Name[ArchiveFolder.Length..];
                if (!missing.Remove(name)) continue;
                using var file = File.Create(Unfinished(name));
                await entry.DataStream.CopyToAsync(file, cancellationToken).ConfigureAwait(false);
            }

            if (missing.Count > 0)
                throw new InvalidDataException($"CIFAR-10: the archive {archive} lacks {string.Join(", ", missing.Order())}.");
            foreach (string name in files) File.Move(Unfinished(name), Path.Combine(folder, name), overwrite: true);
        }
        finally
        {
            foreach (string name in files) File.Delete(Unfinished(name));
        }

        string Unfinished(string name) => Path.Combine(folder, name + ".part");
    }
}

using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;

namespace DeepSharp.Data;

public static partial class Cifar10
{
    private const string HowToGet = "download it (--download, Cifar10.DownloadAsync), or unpack cifar-10-binary.tar.gz of https://www.cs.toronto.edu/~kriz/cifar.html there";

    private static readonly FileDownload PublishedArchive =
        new(new Uri("https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz"), HashAlgorithmName.MD5, "c32a1d4ab5d03f1284b67883e8d87530")
        {
            Length = 170_052_171,
        };

    /// <summary>Gets the data set from its author's page into <paramref name="folder"/>, unless all six files are there in full.</summary>
    /// <remarks>170 MB. A download that broke off goes on where it stopped. A file appears under its name only when it is complete.</remarks>
    /// <param name="folder">Where the six files go; made if need be.</param>
    /// <param name="progress">Told of the bytes that have arrived.</param>
    /// <param name="cancellationToken">Stops it; what has arrived is kept for the next time.</param>
    /// <exception cref="IOException">The server cannot be reached, refuses, or breaks off; or the folder cannot be written.</exception>
    /// <exception cref="InvalidDataException">What arrived is not the published archive.</exception>
    public static Task DownloadAsync(string folder, IProgress<DownloadProgress>? progress = null, CancellationToken cancellationToken = default) =>
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

    // Takes the expected files and nothing else, whatever paths the archive names, and renames them when all of them are written.
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

            if (missing.Count > 0) throw new InvalidDataException($"CIFAR-10: the archive {archive} lacks {string.Join(", ", missing.Order())}.");
            foreach (string name in files) File.Move(Unfinished(name), Path.Combine(folder, name), overwrite: true);
        }
        finally
        {
            foreach (string name in files) File.Delete(Unfinished(name));
        }

        string Unfinished(string name) => Path.Combine(folder, name + ".part");
    }
}

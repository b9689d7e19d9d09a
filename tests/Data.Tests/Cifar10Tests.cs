using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;

namespace DeepSharp.Data.Tests;

public class Cifar10Tests
{
    private const int RecordBytes = 3073;

    private static readonly string[] Files =
        ["data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin", "data_batch_4.bin", "data_batch_5.bin", "test_batch.bin"];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public void Loads_the_published_images()
    {
        string folder = Cifar10Folder.OrSkip();
        var data = Cifar10.Load(folder);

        Assert.Equal(
            (50_000, 10_000, 3, 32, 32),
            (data.Train.Count, data.Test.Count, data.Train.Channels, data.Train.Height, data.Train.Width));
        Assert.All(Enumerable.Range(0, 50_000).CountBy(data.Train.Label), labels => Assert.Equal(5_000, labels.Value));
        Assert.All(Enumerable.Range(0, 10_000).CountBy(data.Test.Label), labels => Assert.Equal(1_000, labels.Value));
        // The first training image is a frog, the last test image is a horse. The pixels are the bytes of the file.
        Assert.Equal(("frog", "horse"), (data.ClassNames[data.Train.Label(0)], data.ClassNames[data.Test.Label(9_999)]));
        byte[] pixels = new byte[3072];
        data.Train.ReadPixels(10_001, pixels);
        Assert.Equal(File.ReadAllBytes(Path.Combine(folder, "data_batch_2.bin"))[(RecordBytes + 1)..(2 * RecordBytes)], pixels);

        var measured = Normalization.Measure(data.Train);
        for (int c = 0; c < 3; c++)
        {
            // The constants are rounded to five decimal places.
            Assert.Equal(Cifar10.Normalization.Mean[c], measured.Mean[c], 1e-5);
            Assert.Equal(Cifar10.Normalization.Deviation[c], measured.Deviation[c], 1e-5);
        }
    }

    [Fact]
    public void Names_the_missing_folder_or_file_and_how_to_get_it()
    {
        using var folder = new TemporaryFolder();
        string message = Assert.Throws<DirectoryNotFoundException>(() => Cifar10.Load(folder["nowhere"])).Message;
        Assert.StartsWith(
            $"CIFAR-10: the folder {folder["nowhere"]} does not exist; download it (--download",
            message,
            StringComparison.Ordinal);
        Assert.Contains("https://www.cs.toronto.edu/~kriz/cifar.html", message, StringComparison.Ordinal);

        message = Assert.Throws<FileNotFoundException>(() => Cifar10.Load(folder.Path)).Message;
        Assert.StartsWith($"CIFAR-10: the file {folder["data_batch_1.bin"]} is missing; download it", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Reports_the_length_of_a_truncated_file()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["data_batch_1.bin"], new byte[30_729_999]);

        Assert.StartsWith(
            $"CIFAR-10: {folder["data_batch_1.bin"]} must have 30730000 bytes (10000 records of 3073), found 30729999; download it",
            Assert.Throws<InvalidDataException>(() => Cifar10.Load(folder.Path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_the_record_with_an_invalid_label()
    {
        using var folder = new TemporaryFolder();
        byte[] records = new byte[3 * RecordBytes];
        (records[0], records[RecordBytes], records[2 * RecordBytes]) = (9, 0, 10);
        File.WriteAllBytes(folder["x.bin"], records);

        Assert.Equal(
            $"CIFAR-10: record 2 of {folder["x.bin"]} has label 10, expected 0 to 9.",
            Assert.Throws<InvalidDataException>(() => Cifar10.ReadRecords(folder["x.bin"], new int[3], new byte[3 * 3072])).Message);
    }

    [Fact]
    public async Task Downloads_and_unpacks_the_six_files_and_nothing_else()
    {
        byte[] archive = Archive(
        [
            .. Files.Select(name => $"cifar-10-batches-bin/{name}"),
            "cifar-10-batches-bin/readme.html", "../test_batch.bin", "cifar-10-batches-bin/../../evil", "/data_batch_1.bin",
        ]);
        using var server = new LoopbackServer(archive);
        using var parent = new TemporaryFolder();
        string folder = parent["cifar"];
        await Cifar10.DownloadAsync(Published(server, archive), folder, cancellationToken: Cancellation);

        Assert.Equal(Files, Directory.GetFiles(folder).Select(Path.GetFileName).Order());
        Assert.Empty(parent.Files);
        foreach (string name in Files)
            Assert.Equal($"cifar-10-batches-bin/{name}", await File.ReadAllTextAsync(Path.Combine(folder, name), Cancellation));
    }

    [Fact]
    public async Task Names_the_files_missing_in_an_archive_and_leaves_no_partial_files()
    {
        byte[] archive = Archive([.. Files[..4].Select(name => $"cifar-10-batches-bin/{name}")]);
        using var server = new LoopbackServer(archive);
        using var folder = new TemporaryFolder();
        var error = await Assert.ThrowsAsync<InvalidDataException>(
            () => Cifar10.DownloadAsync(Published(server, archive), folder.Path, cancellationToken: Cancellation));

        Assert.EndsWith("lacks data_batch_5.bin, test_batch.bin.", error.Message, StringComparison.Ordinal);
        Assert.Equal(["cifar-10-binary.tar.gz"], folder.Files);
    }

    [Fact]
    public async Task Downloads_nothing_when_all_files_are_complete()
    {
        using var server = new LoopbackServer([1]) { Refusal = "404 Not Found" };
        using var folder = new TemporaryFolder();
        foreach (string name in Files)
        {
            using var file = File.Create(folder[name]);
            file.SetLength(10_000 * RecordBytes);
        }

        await Cifar10.DownloadAsync(Published(server, [1]), folder.Path, cancellationToken: Cancellation);
        Assert.Empty(server.RequestedFrom);

        await File.WriteAllBytesAsync(folder[Files[2]], [1], Cancellation);
        await Assert.ThrowsAsync<IOException>(
            () => Cifar10.DownloadAsync(Published(server, [1]), folder.Path, cancellationToken: Cancellation));
    }

    private static FileDownload Published(LoopbackServer server, byte[] archive) =>
        new(
            server.Address,
            HashAlgorithmName.MD5,
            Convert.ToHexStringLower(CryptographicOperations.HashData(HashAlgorithmName.MD5, archive)));

    // A compressed archive in which every file contains its own name.
    private static byte[] Archive(string[] names)
    {
        using var bytes = new MemoryStream();
        using (var compressed = new GZipStream(bytes, CompressionLevel.Fastest))
        using (var tar = new TarWriter(compressed))
        {
            foreach (string name in names)
            {
                using var content = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(name));
                tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = content });
            }
        }

        return bytes.ToArray();
    }
}

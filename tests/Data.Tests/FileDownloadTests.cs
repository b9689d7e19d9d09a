using System.Security.Cryptography;

namespace DeepSharp.Data.Tests;

public sealed class FileDownloadTests : IDisposable
{
    private readonly byte[] content = [.. Enumerable.Range(0, 300_000).Select(i => (byte)(i * 7 / 3))];
    private readonly LoopbackServer server;
    private readonly TemporaryFolder folder = new();

    public FileDownloadTests() => server = new LoopbackServer(content);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        server.Dispose();
        folder.Dispose();
    }

    [Fact]
    public async Task Saves_the_file_and_reports_progress()
    {
        var progress = new Recorder();
        await Download().SaveAsync(folder["x"], progress, Cancellation);

        Assert.Equal(content, await File.ReadAllBytesAsync(folder["x"], Cancellation));
        Assert.Equal(["x"], folder.Files);
        Assert.Equal(new DownloadProgress(content.Length, content.Length), progress.Reports[^1]);
        Assert.Equal(progress.Reports.Select(r => r.Bytes).Order(), progress.Reports.Select(r => r.Bytes));
    }

    [Fact]
    public async Task Keeps_a_correct_file_and_replaces_a_wrong_one()
    {
        await File.WriteAllBytesAsync(folder["right"], content, Cancellation);
        await File.WriteAllBytesAsync(folder["wrong"], content[1..], Cancellation);

        await Download().SaveAsync(folder["right"], cancellationToken: Cancellation);
        Assert.Empty(server.RequestedFrom);
        await Download().SaveAsync(folder["wrong"], cancellationToken: Cancellation);
        Assert.Equal(content, await File.ReadAllBytesAsync(folder["wrong"], Cancellation));
    }

    [Fact]
    public async Task Resumes_after_a_broken_connection()
    {
        server.BreaksAfter = 100_000;
        var error = await Assert.ThrowsAsync<IOException>(() => Download().SaveAsync(folder["x"], cancellationToken: Cancellation));
        Assert.StartsWith(
            $"Download of {server.Address} was interrupted after 100000 bytes, which are kept for the next attempt: ",
            error.Message,
            StringComparison.Ordinal);
        Assert.Equal(["x.part"], folder.Files);

        server.BreaksAfter = int.MaxValue;
        var progress = new Recorder();
        await Download().SaveAsync(folder["x"], progress, Cancellation);

        Assert.Equal([0, 100_000], server.RequestedFrom);
        Assert.Equal(content, await File.ReadAllBytesAsync(folder["x"], Cancellation));
        Assert.All(progress.Reports, report => Assert.InRange(report.Bytes, 100_001, content.Length));
        Assert.All(progress.Reports, report => Assert.Equal(content.Length, report.Total));
    }

    [Fact]
    public async Task Detects_a_short_response_without_a_length()
    {
        (server.BreaksAfter, server.TellsLength) = (5, false);
        var error = await Assert.ThrowsAsync<IOException>(
            () => Download(length: content.Length).SaveAsync(folder["x"], cancellationToken: Cancellation));
        Assert.Equal(
            $"Download of {server.Address} was interrupted after 5 bytes, which are kept for the next attempt: "
                + "the server closed the connection.",
            error.Message);
    }

    [Fact]
    public async Task Starts_over_when_the_server_does_not_support_ranges()
    {
        server.SupportsRange = false;
        await File.WriteAllBytesAsync(folder["x.part"], content[..1000], Cancellation);
        var progress = new Recorder();
        await Download().SaveAsync(folder["x"], progress, Cancellation);

        Assert.Equal([1000], server.RequestedFrom);
        Assert.Equal(new DownloadProgress(content.Length, content.Length), progress.Reports[^1]);
        Assert.Equal(content, await File.ReadAllBytesAsync(folder["x"], Cancellation));
    }

    [Fact]
    public async Task Starts_over_when_the_partial_file_is_too_long()
    {
        await File.WriteAllBytesAsync(folder["x.part"], [.. content, 1, 2], Cancellation);
        await Download().SaveAsync(folder["x"], cancellationToken: Cancellation);

        Assert.Equal([content.Length + 2, 0], server.RequestedFrom);
        Assert.Equal(content, await File.ReadAllBytesAsync(folder["x"], Cancellation));
    }

    [Fact]
    public async Task Sends_no_request_when_the_partial_file_is_complete()
    {
        await File.WriteAllBytesAsync(folder["x.part"], content, Cancellation);
        await Download(length: content.Length).SaveAsync(folder["x"], cancellationToken: Cancellation);

        Assert.Empty(server.RequestedFrom);
        Assert.Equal(["x"], folder.Files);
    }

    [Fact]
    public async Task Removes_a_file_with_a_wrong_hash()
    {
        const string Wrong = "00000000000000000000000000000000";
        var error = await Assert.ThrowsAsync<InvalidDataException>(
            () => Download(Wrong).SaveAsync(folder["x"], cancellationToken: Cancellation));

        Assert.Equal(
            $"Download of {server.Address}: expected MD5 {Wrong}, found {Hash()}; the file was deleted; try again.", error.Message);
        Assert.Empty(folder.Files);
    }

    [Fact]
    public async Task The_beginning_of_a_hash_is_enough()
    {
        await Download(Hash()[..8].ToUpperInvariant()).SaveAsync(folder["x"], cancellationToken: Cancellation);
        Assert.Equal(["x"], folder.Files);
    }

    [Fact]
    public async Task Reports_the_status_of_the_server_and_keeps_the_partial_file()
    {
        server.Refusal = "404 Not Found";
        var error = await Assert.ThrowsAsync<IOException>(() => Download().SaveAsync(folder["x"], cancellationToken: Cancellation));
        Assert.Equal($"Download of {server.Address} failed: the server answered 404 NotFound.", error.Message);
        Assert.Empty(folder.Files);

        await File.WriteAllBytesAsync(folder["x.part"], content[..1000], Cancellation);
        await Assert.ThrowsAsync<IOException>(() => Download().SaveAsync(folder["x"], cancellationToken: Cancellation));
        Assert.Equal(1000, new FileInfo(folder["x.part"]).Length);
    }

    [Fact]
    public async Task Reports_that_no_server_answers()
    {
        server.Dispose();
        var error = await Assert.ThrowsAsync<IOException>(() => Download().SaveAsync(folder["x"], cancellationToken: Cancellation));
        Assert.StartsWith($"Download of {server.Address} failed: ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reports_a_full_disk_as_a_write_error()
    {
        if (!File.Exists("/dev/full")) Assert.Skip("There is no /dev/full here.");
        File.CreateSymbolicLink(folder["x.part"], "/dev/full");
        var error = await Assert.ThrowsAnyAsync<IOException>(() => Download().SaveAsync(folder["x"], cancellationToken: Cancellation));
        Assert.StartsWith(
            $"Download of {server.Address}: {folder["x.part"]} cannot be written: No space left on device",
            error.Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("x.part", "x.part")]
    [InlineData("x", "x")]
    public async Task Names_the_file_that_cannot_be_written(string folderInTheWay, string expected)
    {
        Directory.CreateDirectory(folder[folderInTheWay]);
        var error = await Assert.ThrowsAnyAsync<IOException>(() => Download().SaveAsync(folder["x"], cancellationToken: Cancellation));
        Assert.StartsWith($"Download of {server.Address}: {folder[expected]} cannot be written: ", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public async Task Gives_up_when_the_server_stalls()
    {
        (server.BreaksAfter, server.Stalls) = (1000, true);
        var download = new FileDownload(server.Address, HashAlgorithmName.MD5, Hash()) { StallTimeout = TimeSpan.FromSeconds(3) };
        var error = await Assert.ThrowsAsync<IOException>(() => download.SaveAsync(folder["x"], cancellationToken: Cancellation));

        Assert.Equal(
            $"Download of {server.Address}: no data arrived for 3 s after 1000 bytes, which are kept for the next attempt.",
            error.Message);
        Assert.Equal(1000, new FileInfo(folder["x.part"]).Length);
    }

    [Fact]
    public async Task Cancellation_keeps_the_partial_file()
    {
        (server.BreaksAfter, server.Stalls) = (1000, true);
        using var stop = new CancellationTokenSource();
        var progress = new Recorder(stop.Cancel);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Download().SaveAsync(folder["x"], progress, stop.Token));

        Assert.Equal(1000, new FileInfo(folder["x.part"]).Length);
    }

    private FileDownload Download(string? hash = null, long? length = null) =>
        new(server.Address, HashAlgorithmName.MD5, hash ?? Hash()) { Length = length };

    private string Hash() => Convert.ToHexStringLower(CryptographicOperations.HashData(HashAlgorithmName.MD5, content));

    // Progress<T> would call its handler later and on other threads.
    private sealed class Recorder(Action? onReport = null) : IProgress<DownloadProgress>
    {
        public List<DownloadProgress> Reports { get; } = [];

        public void Report(DownloadProgress value)
        {
            Reports.Add(value);
            onReport?.Invoke();
        }
    }
}

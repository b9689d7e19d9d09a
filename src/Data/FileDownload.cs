using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;

namespace DeepSharp.Data;

/// <summary>A file on the web that is known by its hash.</summary>
/// <remarks>
/// It arrives under the name <c>PATH.part</c>, so that a download that broke off can go on, and gets its own name only when its hash is right.
/// </remarks>
public sealed class FileDownload
{
    // Stalls are timed by StallTimeout; the client's own limit would be one for the whole answer.
    private static readonly HttpClient Client = new() { Timeout = Timeout.InfiniteTimeSpan };

    /// <summary>The file at an address.</summary>
    /// <param name="address">Where it is.</param>
    /// <param name="algorithm">The algorithm of the hash.</param>
    /// <param name="hash">The hash of the file in hexadecimal, or its beginning, as in the names of torchvision's weight files.</param>
    public FileDownload(Uri address, HashAlgorithmName algorithm, string hash)
    {
        ArgumentNullException.ThrowIfNull(address);
        ArgumentException.ThrowIfNullOrEmpty(hash);
        (Address, Algorithm, Hash) = (address, algorithm, hash);
    }

    /// <summary>Where it is.</summary>
    public Uri Address { get; }

    /// <summary>The algorithm of <see cref="Hash"/>.</summary>
    public HashAlgorithmName Algorithm { get; }

    /// <summary>The hash of the file in hexadecimal, or its beginning.</summary>
    public string Hash { get; }

    /// <summary>The bytes of the file; null where nobody knows before asking the server.</summary>
    public long? Length { get; init; }

    /// <summary>How long the server may be silent before the download counts as broken.</summary>
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Downloads the file, or the rest of it, to <paramref name="path"/>. A file that is already there with the right hash is kept.</summary>
    /// <param name="path">Where it goes.</param>
    /// <param name="progress">Told of the bytes that have arrived.</param>
    /// <param name="cancellationToken">Stops it; what has arrived is kept for the next time.</param>
    /// <exception cref="IOException">
    /// The server cannot be reached, refuses, or breaks off; what has arrived is kept. Or the file cannot be written, which the message tells apart.
    /// </exception>
    /// <exception cref="InvalidDataException">The hash is wrong; what has arrived is removed.</exception>
    public async Task SaveAsync(string path, IProgress<DownloadProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (File.Exists(path) && IsRight(await HashAsync(path, cancellationToken).ConfigureAwait(false))) return;
        string part = path + ".part";
        await FetchAsync(part, progress, cancellationToken).ConfigureAwait(false);
        string found = await HashAsync(part, cancellationToken).ConfigureAwait(false);
        if (!IsRight(found))
        {
            File.Delete(part);
            throw new InvalidDataException($"Download of {Address}: expected {Algorithm} {Hash}, found {found}; the file was removed, try again.");
        }

        try
        {
            File.Move(part, path, overwrite: true);
        }
        catch (Exception e) when (IsOfDisk(e))
        {
            throw new DownloadWriteException(Address, path, e);
        }
    }

    private async Task FetchAsync(string part, IProgress<DownloadProgress>? progress, CancellationToken cancellationToken)
    {
        long arrived = File.Exists(part) ? new FileInfo(part).Length : 0;
        if (arrived > 0 && arrived == Length) return;
        using var stall = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        // Both the disk and the network throw IOException.
        bool isWriting = false;
        try
        {
            stall.CancelAfter(StallTimeout);
            using var response = await RequestAsync(arrived, stall.Token).ConfigureAwait(false);
            bool resumes = response.StatusCode == HttpStatusCode.PartialContent;
            if (!resumes) arrived = 0;
            long? total = Length ?? arrived + response.Content.Headers.ContentLength;
            using var body = await response.Content.ReadAsStreamAsync(stall.Token).ConfigureAwait(false);
            isWriting = true;
            // Unbuffered, so that nothing is left to be written when it is closed.
            using var file = new FileStream(part, resumes ? FileMode.Append : FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0);
            isWriting = false;
            byte[] buffer = new byte[1 << 17];
            for (int count; (count = await body.ReadAsync(buffer, stall.Token).ConfigureAwait(false)) > 0; stall.CancelAfter(StallTimeout))
            {
                isWriting = true;
                await file.WriteAsync(buffer.AsMemory(0, count), cancellationToken).ConfigureAwait(false);
                isWriting = false;
                arrived += count;
                progress?.Report(new DownloadProgress(arrived, total));
            }

            if (arrived < total) throw new IOException("the server sent no more");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new IOException($"Download of {Address}: nothing came for {StallTimeout.TotalSeconds:0.#} s after {arrived} bytes, which are kept for the next attempt.");
        }
        catch (Exception e) when (isWriting && IsOfDisk(e))
        {
            throw new DownloadWriteException(Address, part, e);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            string outcome = arrived == 0 ? "failed" : $"broke off after {arrived} bytes, which are kept for the next attempt";
            throw new IOException($"Download of {Address} {outcome}: {e.Message.TrimEnd('.')}.", e);
        }
    }

    // Asks for what is missing; where the server does not give just that, for the whole file.
    private async Task<HttpResponseMessage> RequestAsync(long arrived, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, Address);
        if (arrived > 0) request.Headers.Range = new RangeHeaderValue(arrived, null);
        var response = await Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
        bool isRest = response.StatusCode == HttpStatusCode.PartialContent && response.Content.Headers.ContentRange?.From == arrived;
        if (response.StatusCode == HttpStatusCode.OK || isRest) return response;
        var status = response.StatusCode;
        response.Dispose();
        if (arrived > 0 && status is HttpStatusCode.RequestedRangeNotSatisfiable or HttpStatusCode.PartialContent)
            return await RequestAsync(0, cancellationToken).ConfigureAwait(false);
        throw new HttpRequestException($"the server answered {(int)status} {status}");
    }

    private static bool IsOfDisk(Exception error) => error is IOException or UnauthorizedAccessException;

    private bool IsRight(string found) => found.StartsWith(Hash, StringComparison.OrdinalIgnoreCase);

    private async Task<string> HashAsync(string path, CancellationToken cancellationToken)
    {
        using var file = File.OpenRead(path);
        byte[] hash = await CryptographicOperations.HashDataAsync(Algorithm, file, cancellationToken).ConfigureAwait(false);
        return Convert.ToHexStringLower(hash);
    }
}

/// <summary>What has arrived of a download cannot be written: the disk is full, or the folder refuses.</summary>
/// <param name="address">What was fetched.</param>
/// <param name="path">The file or folder that could not be written.</param>
/// <param name="inner">The error of the file system.</param>
public sealed class DownloadWriteException(Uri address, string path, Exception inner)
    : IOException($"Download of {address}: {path} cannot be written: {inner.Message.TrimEnd('.')}.", inner);

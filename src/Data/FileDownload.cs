using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;

namespace DeepSharp.Data;

/// <summary>A file on the web, identified by its hash.</summary>
/// <remarks>
/// The file is downloaded under its destination path with <c>.part</c> appended, so that an interrupted download can resume. It is renamed
/// once its hash is verified.
/// </remarks>
public sealed class FileDownload
{
    // StallTimeout replaces the timeout of HttpClient, which does not cover a body that is read as a stream.
    private static readonly HttpClient Client = new() { Timeout = Timeout.InfiniteTimeSpan };

    /// <summary>Describes the file at an address.</summary>
    /// <param name="address">The address of the file.</param>
    /// <param name="algorithm">The algorithm of the hash.</param>
    /// <param name="hash">The hash of the file in hexadecimal, or its first digits, as in the names of torchvision's weight files.</param>
    /// <exception cref="ArgumentException">The hash is empty.</exception>
    public FileDownload(Uri address, HashAlgorithmName algorithm, string hash)
    {
        ArgumentNullException.ThrowIfNull(address);
        ArgumentException.ThrowIfNullOrEmpty(hash);
        (Address, Algorithm, Hash) = (address, algorithm, hash);
    }

    /// <summary>The address of the file.</summary>
    public Uri Address { get; }

    /// <summary>The algorithm of <see cref="Hash"/>.</summary>
    public HashAlgorithmName Algorithm { get; }

    /// <summary>The hash of the file in hexadecimal, or its first digits.</summary>
    public string Hash { get; }

    /// <summary>The length of the file in bytes; null if it is not known in advance.</summary>
    public long? Length { get; init; }

    /// <summary>How long the server may send no data before the download fails.</summary>
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// Downloads the file, or the missing rest of it, to <paramref name="path"/>. An existing file is kept if its hash is right, and
    /// replaced otherwise.
    /// </summary>
    /// <param name="path">The destination path.</param>
    /// <param name="progress">Receives the number of bytes downloaded so far.</param>
    /// <param name="cancellationToken">Cancels the download; the bytes received so far are kept for the next attempt.</param>
    /// <exception cref="IOException">
    /// The server cannot be reached, refuses the request, stalls, or closes the connection early. The bytes received so far are kept.
    /// If the file cannot be written, the exception is a <see cref="DownloadWriteException"/>.
    /// </exception>
    /// <exception cref="InvalidDataException">The hash is wrong; the downloaded file is deleted.</exception>
    /// <exception cref="OperationCanceledException">The download was canceled.</exception>
    public async Task SaveAsync(string path, IProgress<DownloadProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (File.Exists(path) && HasExpectedHash(await HashAsync(path, cancellationToken).ConfigureAwait(false))) return;
        string part = path + ".part";
        await FetchAsync(part, progress, cancellationToken).ConfigureAwait(false);
        string found = await HashAsync(part, cancellationToken).ConfigureAwait(false);
        if (!HasExpectedHash(found))
        {
            File.Delete(part);
            throw new InvalidDataException(
                $"Download of {Address}: expected {Algorithm} {Hash}, found {found}; the file was deleted; try again.");
        }

        try
        {
            File.Move(part, path, overwrite: true);
        }
        catch (Exception e) when (IsFileSystemError(e))
        {
            throw new DownloadWriteException(Address, path, e);
        }
    }

    private async Task FetchAsync(string part, IProgress<DownloadProgress>? progress, CancellationToken cancellationToken)
    {
        long arrived = File.Exists(part) ? new FileInfo(part).Length : 0;
        if (arrived > 0 && arrived == Length) return;
        using var stall = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        // Distinguishes file errors from network errors; both can be IOExceptions.
        bool isWriting = false;
        try
        {
            stall.CancelAfter(StallTimeout);
            using var response = await RequestAsync(arrived, stall.Token).ConfigureAwait(false);
            bool resumes = response.StatusCode == HttpStatusCode.PartialContent;
            if (!resumes) arrived = 0;
            long? total = Length ?? arrived + response.Content.Headers.ContentLength;
            using var body = await response.Content.ReadAsStreamAsync(stall.Token).ConfigureAwait(false);
            var mode = resumes ? FileMode.Append : FileMode.Create;
            isWriting = true;
            // Unbuffered, so that closing the file writes nothing and cannot fail.
            using var file = new FileStream(part, mode, FileAccess.Write, FileShare.Read, bufferSize: 0);
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

            if (arrived < total) throw new IOException("the server closed the connection");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new IOException(
                $"Download of {Address}: no data arrived for {StallTimeout.TotalSeconds:0.#} s after {arrived} bytes, " +
                "which are kept for the next attempt.");
        }
        catch (Exception e) when (isWriting && IsFileSystemError(e))
        {
            throw new DownloadWriteException(Address, part, e);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            string outcome = arrived == 0 ? "failed" : $"was interrupted after {arrived} bytes, which are kept for the next attempt";
            throw new IOException($"Download of {Address} {outcome}: {e.Message.TrimEnd('.')}.", e);
        }
    }

    // Requests the missing bytes. If the server rejects the range or returns another one, requests the whole file.
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

    private static bool IsFileSystemError(Exception error) => error is IOException or UnauthorizedAccessException;

    private bool HasExpectedHash(string found) => found.StartsWith(Hash, StringComparison.OrdinalIgnoreCase);

    private async Task<string> HashAsync(string path, CancellationToken cancellationToken)
    {
        using var file = File.OpenRead(path);
        byte[] hash = await CryptographicOperations.HashDataAsync(Algorithm, file, cancellationToken).ConfigureAwait(false);
        return Convert.ToHexStringLower(hash);
    }
}

/// <summary>A download cannot be written to a file, for example because the disk is full or access to the folder is denied.</summary>
/// <param name="address">The address of the download.</param>
/// <param name="path">The file or folder that could not be written.</param>
/// <param name="inner">The error of the file system.</param>
public sealed class DownloadWriteException(Uri address, string path, Exception inner)
    : IOException($"Download of {address}: {path} cannot be written: {inner.Message.TrimEnd('.')}.", inner);

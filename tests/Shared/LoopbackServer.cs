using System.Net;
using System.Net.Sockets;
using System.Text;

namespace DeepSharp.Testing;

/// <summary>A web server on the loopback address that serves one file under any name and can simulate faults.</summary>
internal sealed class LoopbackServer : IDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly byte[] content;

    public LoopbackServer(byte[] content)
    {
        this.content = content;
        listener.Start();
        Address = new Uri($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/file");
        _ = ServeAsync();
    }

    public Uri Address { get; }

    /// <summary>Whether the server honors range requests. If not, it sends the whole file.</summary>
    public bool SupportsRange { get; set; } = true;

    /// <summary>Whether responses have a Content-Length header.</summary>
    public bool TellsLength { get; set; } = true;

    /// <summary>The maximum number of bytes of the body that are sent.</summary>
    public int BreaksAfter { get; set; } = int.MaxValue;

    /// <summary>Whether the server leaves the connection open for 30 seconds after the last byte instead of closing it.</summary>
    public bool Stalls { get; set; }

    /// <summary>The status with which every request is refused; null to serve the file.</summary>
    public string? Refusal { get; set; }

    /// <summary>The first byte that each request asked for, in order.</summary>
    public List<int> RequestedFrom { get; } = [];

    public void Dispose() => listener.Dispose();

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                using var client = await listener.AcceptTcpClientAsync();
                await AnswerAsync(client.GetStream());
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or IOException)
        {
            // The test has ended, or the client has disconnected.
        }
    }

    private async Task AnswerAsync(NetworkStream stream)
    {
        int from = 0;
        using var reader = new StreamReader(stream, Encoding.ASCII, leaveOpen: true);
        while (await reader.ReadLineAsync() is { Length: > 0 } line)
        {
            if (line.StartsWith("Range: bytes=", StringComparison.Ordinal)) from = int.Parse(line["Range: bytes=".Length..].TrimEnd('-'));
        }

        RequestedFrom.Add(from);
        if (!SupportsRange) from = 0;
        string status = Refusal ?? (from > content.Length ? "416 Range Not Satisfiable" : from > 0 ? "206 Partial Content" : "200 OK");
        byte[] body = status[0] == '2' ? content[from..] : [];
        string range = from > 0 ? $"Content-Range: bytes {from}-{content.Length - 1}/{content.Length}\r\n" : "";
        string length = TellsLength ? $"Content-Length: {body.Length}\r\n" : "";
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {status}\r\n{length}{range}Connection: close\r\n\r\n"));
        await stream.WriteAsync(body.AsMemory(0, Math.Min(body.Length, BreaksAfter)));
        if (Stalls) await Task.Delay(TimeSpan.FromSeconds(30));
    }
}

using System.Net;
using System.Net.Sockets;

namespace Pipeline.Inject.Tests;

/// <summary>A line to a server that can be cut, stopped, or made to tell another version of the server.</summary>
internal sealed class TcpProxy : IDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stopping = new();
    private readonly int server;
    private long sent;

    public TcpProxy(int server)
    {
        this.server = server;
        listener.Start();
        _ = AcceptAsync();
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    /// <summary>Bytes that went to the server.</summary>
    public long Sent => Interlocked.Read(ref sent);

    /// <summary>After so many bytes to the server the connection is cut.</summary>
    public long CutAfter { get; init; } = long.MaxValue;

    /// <summary>After so many bytes to the server nothing goes through any more, and nobody is told.</summary>
    public long StallAfter { get; init; } = long.MaxValue;

    /// <summary>Two digits that the server's version begins with, where it is to tell another than its own.</summary>
    public string? Version { get; init; }

    public void Dispose()
    {
        stopping.Cancel();
        listener.Stop();
        stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                TcpClient client = await listener.AcceptTcpClientAsync(stopping.Token);
                var target = new TcpClient();
                await target.ConnectAsync(IPAddress.Loopback, server, stopping.Token);
                _ = CopyAsync(client, target, isToServer: true);
                _ = CopyAsync(target, client, isToServer: false);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task CopyAsync(TcpClient from, TcpClient to, bool isToServer)
    {
        byte[] buffer = new byte[4096];
        try
        {
            while (true)
            {
                int read = await from.GetStream().ReadAsync(buffer, stopping.Token);
                if (read == 0)
                    break;
                if (isToServer)
                {
                    Interlocked.Add(ref sent, read);
                    if (Sent > StallAfter)
                        await Task.Delay(Timeout.Infinite, stopping.Token);
                    if (Sent > CutAfter)
                        break;
                }
                else if (Version is not null && buffer.AsSpan(0, read).IndexOf("server_version\0"u8) is var at and >= 0)
                {
                    System.Text.Encoding.ASCII.GetBytes(Version, buffer.AsSpan(at + "server_version\0"u8.Length));
                }
                await to.GetStream().WriteAsync(buffer.AsMemory(0, read), stopping.Token);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or ObjectDisposedException or InvalidOperationException)
        {
            // Either end is gone, and so is the line.
        }
        finally
        {
            from.Dispose();
            to.Dispose();
        }
    }
}

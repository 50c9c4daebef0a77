using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Pipeline.Testing;

/// <summary>A request that came by.</summary>
/// <param name="Method">GET, PUT ...</param>
/// <param name="Target">Path and query.</param>
/// <param name="Headers">Its headers, by names without regard to case.</param>
public sealed record PassedRequest(string Method, string Target, IReadOnlyDictionary<string, string> Headers);

/// <summary>What goes wrong with a request.</summary>
public abstract record Fault
{
    private Fault() { }

    /// <summary>It is answered by an error instead of being passed on.</summary>
    /// <param name="Status">The HTTP status.</param>
    /// <param name="Code">The error's name in S3.</param>
    public sealed record Answer(int Status, string Code) : Fault;

    /// <summary>The connection is cut after so many bytes of the request's body.</summary>
    public sealed record CutRequest(int Bytes) : Fault;

    /// <summary>The connection is cut after so many bytes of the response's body.</summary>
    public sealed record CutResponse(int Bytes) : Fault;

    /// <summary>It is passed on and done, and the connection is cut before the answer.</summary>
    public sealed record LoseAnswer : Fault;
}

/// <summary>A network in front of a server, on which connections are cut and errors come back where a test wants it. One request for each connection.</summary>
public sealed class FaultyProxy : IDisposable
{
    private readonly Uri server;
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentQueue<PassedRequest> requests = new();
    private readonly ConcurrentDictionary<TcpClient, bool> open = new();
    private volatile bool isOver;
    private readonly Lock gate = new();
    private readonly SemaphoreSlim turn = new(1);
    private int now, most;
    private readonly Task serving;

    /// <param name="server">The server behind.</param>
    public FaultyProxy(Uri server)
    {
        this.server = server;
        listener.Start();
        Address = new Uri($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/");
        serving = Task.Run(ServeAsync);
    }

    /// <summary>Where it listens.</summary>
    public Uri Address { get; }

    /// <summary>What goes wrong with a request; null for nothing. Asked for one request at a time.</summary>
    public Func<PassedRequest, Fault?>? Faults { get; set; }

    /// <summary>What came by so far, in order.</summary>
    public IReadOnlyList<PassedRequest> Requests => [.. requests];

    /// <summary>Whether requests wait for each other. S3 decides conditional writes one after the other; a server that stands in for it may not.</summary>
    public bool IsOneAtATime { get; set; }

    /// <summary>Most requests that were under way at the same time.</summary>
    public int MostAtOnce => most;

    /// <summary>Lets the first so many requests that fit fail.</summary>
    public void Fail(Fault fault, Func<PassedRequest, bool> which, int times = 1) => Faults = request => which(request) && times-- > 0 ? fault : null;

    /// <inheritdoc/>
    public void Dispose()
    {
        isOver = true;
        listener.Dispose();
        // A client may have connected and have nothing to ask, and the server wait for what a client that is gone did not send.
        foreach (TcpClient connection in open.Keys)
            connection.Dispose();
        serving.Wait();
        turn.Dispose();
    }

    private async Task ServeAsync()
    {
        var answers = new List<Task>();
        try
        {
            while (true)
                answers.Add(AnswerAsync(await listener.AcceptTcpClientAsync()));
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // The test is over.
        }
        await Task.WhenAll(answers);
    }

    private async Task AnswerAsync(TcpClient client)
    {
        open[client] = true;
        if (isOver)
            client.Dispose();
        if (IsOneAtATime)
            await turn.WaitAsync();
        try
        {
            using (client)
                await AnswerAsync(client.GetStream());
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException)
        {
            // The caller has given up, or the test is over.
        }
        finally
        {
            open.TryRemove(client, out _);
            if (IsOneAtATime)
                turn.Release();
        }
    }

    private async Task AnswerAsync(NetworkStream client)
    {
        string[] head = (await ReadHeadAsync(client)).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        if (head.Length == 0)
            return;
        Dictionary<string, string> headers = head.Skip(1).Select(line => line.Split(':', 2)).ToDictionary(h => h[0], h => h[1].Trim(), StringComparer.OrdinalIgnoreCase);
        var request = new PassedRequest(head[0].Split(' ')[0], head[0].Split(' ')[1], headers);
        requests.Enqueue(request);
        Fault? fault;
        lock (gate)
        {
            most = Math.Max(most, ++now);
            fault = Faults?.Invoke(request);
        }
        try
        {
            await AnswerAsync(client, head[0], request, headers, fault);
        }
        finally
        {
            lock (gate)
                now--;
        }
    }

    private async Task AnswerAsync(NetworkStream client, string line, PassedRequest request, Dictionary<string, string> headers, Fault? fault)
    {
        if (headers.Remove("Expect"))
            await client.WriteAsync("HTTP/1.1 100 Continue\r\n\r\n"u8.ToArray());
        long length = headers.TryGetValue("Content-Length", out string? text) ? long.Parse(text, CultureInfo.InvariantCulture) : 0;
        if (fault is Fault.Answer error)
        {
            await CopyAsync(client, Stream.Null, length);
            string body = $"<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>{error.Code}</Code><Message>As S3 answers.</Message></Error>";
            await WriteAsync(client, $"HTTP/1.1 {error.Status} Error\r\nContent-Type: application/xml\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n{(request.Method == "HEAD" ? "" : body)}");
            return;
        }
        using var passed = new TcpClient();
        open[passed] = true;
        try
        {
            await PassAsync(client, passed, line, headers, fault, length);
        }
        finally
        {
            open.TryRemove(passed, out _);
        }
    }

    private async Task PassAsync(
        NetworkStream client, TcpClient passed, string line, Dictionary<string, string> headers, Fault? fault, long length)
    {
        await passed.ConnectAsync(IPAddress.Loopback, server.Port);
        NetworkStream behind = passed.GetStream();
        headers["Connection"] = "close";
        await WriteAsync(behind, $"{line}\r\n{string.Concat(headers.Select(h => $"{h.Key}: {h.Value}\r\n"))}\r\n");
        if (fault is Fault.CutRequest cutRequest)
        {
            await CopyAsync(client, behind, Math.Min(cutRequest.Bytes, length));
            return;
        }
        await CopyAsync(client, behind, length);
        string answer = await ReadHeadAsync(behind);
        if (fault is Fault.LoseAnswer)
            return;
        await WriteAsync(client, answer);
        await CopyAsync(behind, client, fault is Fault.CutResponse cutResponse ? cutResponse.Bytes : long.MaxValue);
    }

    /// <summary>Everything up to the empty line, that included; empty at the end of the connection.</summary>
    private static async Task<string> ReadHeadAsync(NetworkStream stream)
    {
        var head = new StringBuilder();
        byte[] one = new byte[1];
        while (await stream.ReadAsync(one) > 0)
        {
            head.Append((char)one[0]);
            if (head.Length >= 4 && head.ToString(head.Length - 4, 4) == "\r\n\r\n")
                break;
        }
        return head.ToString();
    }

    private static ValueTask WriteAsync(NetworkStream stream, string text) => stream.WriteAsync(Encoding.Latin1.GetBytes(text));

    private static async Task CopyAsync(Stream from, Stream to, long bytes)
    {
        byte[] buffer = new byte[64 * 1024];
        while (bytes > 0 && await from.ReadAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, bytes))) is var count and > 0)
        {
            await to.WriteAsync(buffer.AsMemory(0, count));
            bytes -= count;
        }
    }
}

using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;

namespace Pipeline.Testing;

/// <summary>
/// A server in front of <see cref="Moto"/> that counts what is asked of KMS and, where a test wants it, answers as AWS does when it refuses,
/// throttles or is slow: moto itself does none of it.
/// </summary>
public sealed class KmsGateway : IDisposable
{
    private readonly Uri moto;
    private readonly HttpListener listener = new();
    private readonly HttpClient http = new();
    private readonly ConcurrentQueue<KmsCall> calls = new();
    private readonly Task serving;

    /// <param name="moto">The server behind.</param>
    public KmsGateway(Moto moto)
    {
        ArgumentNullException.ThrowIfNull(moto);
        this.moto = moto.Address;
        Address = Listen();
        serving = Task.Run(ServeAsync);
    }

    /// <summary>Where it listens.</summary>
    public Uri Address { get; }

    /// <summary>What was asked so far, in order.</summary>
    public IReadOnlyList<KmsCall> Calls => [.. calls];

    /// <summary>What it answers instead of moto; null to pass a call on.</summary>
    public Func<KmsCall, KmsAnswer?>? Instead { get; set; }

    /// <summary>Waits so long before every answer.</summary>
    public TimeSpan Latency { get; set; }

    /// <inheritdoc/>
    public void Dispose()
    {
        listener.Close();
        serving.Wait();
        http.Dispose();
    }

    /// <summary>Listens on a free port; another process may take the one found before it is used.</summary>
    private Uri Listen()
    {
        for (int attempt = 1; ; attempt++)
        {
            using var probe = new TcpListener(IPAddress.Loopback, 0);
            probe.Start();
            var address = new Uri($"http://127.0.0.1:{((IPEndPoint)probe.LocalEndpoint).Port}/");
            probe.Stop();
            listener.Prefixes.Clear();
            listener.Prefixes.Add(address.ToString());
            try
            {
                listener.Start();
                return address;
            }
            catch (HttpListenerException) when (attempt < 5)
            {
                // Taken meanwhile.
            }
        }
    }

    private async Task ServeAsync()
    {
        var answers = new List<Task>();
        try
        {
            while (true)
                answers.Add(AnswerAsync(await listener.GetContextAsync()));
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
        {
            // Closed.
        }
        await Task.WhenAll(answers);
    }

    private async Task AnswerAsync(HttpListenerContext context)
    {
        try
        {
            using var content = new MemoryStream();
            await context.Request.InputStream.CopyToAsync(content);
            string target = context.Request.Headers["X-Amz-Target"] ?? "";
            var call = new KmsCall(target.Split('.')[^1], JsonNode.Parse(content.ToArray())!.AsObject());
            calls.Enqueue(call);
            await Task.Delay(Latency);
            (int status, byte[] body) = Instead?.Invoke(call) is { } answer
                ? (answer.Status, Encoding.UTF8.GetBytes(new JsonObject { ["__type"] = answer.Type, ["message"] = "As AWS answers." }.ToJsonString()))
                : await PassOnAsync(context.Request, content.ToArray());
            context.Response.StatusCode = status;
            context.Response.ContentType = "application/x-amz-json-1.1";
            await context.Response.OutputStream.WriteAsync(body);
            context.Response.Close();
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException or IOException)
        {
            // The caller has given up, or the test is over.
        }
    }

    private async Task<(int Status, byte[] Body)> PassOnAsync(HttpListenerRequest request, byte[] content)
    {
        using var copy = new HttpRequestMessage(HttpMethod.Post, moto) { Content = new ByteArrayContent(content) };
        foreach (string? name in request.Headers.AllKeys)
        {
            if (name is not null && !name.StartsWith("Content-", StringComparison.OrdinalIgnoreCase) && !name.Equals("Host", StringComparison.OrdinalIgnoreCase))
                copy.Headers.TryAddWithoutValidation(name, request.Headers[name]);
        }
        copy.Content.Headers.TryAddWithoutValidation("Content-Type", request.ContentType);
        using HttpResponseMessage response = await http.SendAsync(copy);
        return ((int)response.StatusCode, await response.Content.ReadAsByteArrayAsync());
    }
}

/// <summary>What was asked of KMS.</summary>
/// <param name="Operation">The operation, for example <c>GenerateMac</c>.</param>
/// <param name="Body">Its arguments.</param>
public sealed record KmsCall(string Operation, JsonObject Body);

/// <summary>How KMS says no.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Type">The error's name.</param>
public sealed record KmsAnswer(int Status, string Type);

using System.Net;
using System.Text;
using System.Xml.Linq;
using NUnit.Framework;

namespace Pipeline.Testing;

/// <summary>A bucket of <see cref="Moto"/>, filled and looked into by plain HTTP, without the SDK.</summary>
public sealed class Bucket : IDisposable
{
    private static int count;

    private readonly Moto moto;
    private readonly HttpClient http = new();

    /// <summary>Makes a bucket of its own.</summary>
    public Bucket(Moto moto)
    {
        ArgumentNullException.ThrowIfNull(moto);
        this.moto = moto;
        Name = $"shop-{Environment.ProcessId}-{Interlocked.Increment(ref count)}";
        Send(HttpMethod.Put, "", Encoding.UTF8.GetBytes($"<CreateBucketConfiguration><LocationConstraint>{Moto.Region}</LocationConstraint></CreateBucketConfiguration>")).Dispose();
    }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>Where an object lies, as <c>s3://</c>.</summary>
    public string this[string key] => $"s3://{Name}/{key}";

    /// <summary>Writes an object.</summary>
    public void Put(string key, byte[] content) => Send(HttpMethod.Put, key, content).Dispose();

    /// <summary>Removes an object.</summary>
    public void Delete(string key) => Send(HttpMethod.Delete, key).Dispose();

    /// <summary>The content of an object; null where there is none.</summary>
    public byte[]? Get(string key)
    {
        using HttpResponseMessage response = Send(HttpMethod.Get, key, mayMiss: true);
        return response.StatusCode == HttpStatusCode.NotFound ? null : Read(response);
    }

    /// <summary>A header of an object, empty where it has none.</summary>
    public string Header(string key, string name)
    {
        using HttpResponseMessage response = Send(HttpMethod.Head, key);
        return response.Headers.TryGetValues(name, out IEnumerable<string>? values) ? string.Join(',', values) : "";
    }

    /// <summary>The keys that begin with a text, sorted.</summary>
    public string[] Keys(string prefix = "")
    {
        var keys = new List<string>();
        string? token = null;
        do
        {
            XElement page = Xml($"?list-type=2&prefix={Uri.EscapeDataString(prefix)}{(token is null ? "" : $"&continuation-token={Uri.EscapeDataString(token)}")}");
            XNamespace ns = page.Name.Namespace;
            keys.AddRange(page.Elements(ns + "Contents").Select(o => o.Element(ns + "Key")!.Value));
            token = page.Element(ns + "NextContinuationToken")?.Value;
        }
        while (token is not null);
        return [.. keys.Order(StringComparer.Ordinal)];
    }

    /// <summary>How many uploads were begun and neither completed nor given up.</summary>
    public int UnfinishedUploads()
    {
        XElement uploads = Xml("?uploads");
        return uploads.Elements(uploads.Name.Namespace + "Upload").Count();
    }

    /// <summary>Copies the objects below a prefix into a folder.</summary>
    public void CopyTo(string prefix, string folder)
    {
        foreach (string key in Keys(prefix))
        {
            string path = Path.Combine(folder, key[prefix.Length..]);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllBytes(path, Get(key)!);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => http.Dispose();

    private XElement Xml(string query)
    {
        using HttpResponseMessage response = Send(HttpMethod.Get, query);
        return XElement.Parse(Encoding.UTF8.GetString(Read(response)));
    }

    private HttpResponseMessage Send(HttpMethod method, string keyOrQuery, byte[]? content = null, bool mayMiss = false)
    {
        string path = keyOrQuery.StartsWith('?') ? keyOrQuery : "/" + string.Join('/', keyOrQuery.Split('/').Select(Uri.EscapeDataString));
        using var request = new HttpRequestMessage(method, new Uri(moto.Address, Name + path));
        if (content is not null)
            request.Content = new ByteArrayContent(content);
        // Who asks is not looked at, but somebody must.
        request.Headers.TryAddWithoutValidation(
            "Authorization", $"AWS4-HMAC-SHA256 Credential=testing/20260101/{Moto.Region}/s3/aws4_request, SignedHeaders=host, Signature=testing");
        HttpResponseMessage response = http.Send(request);
        if (!response.IsSuccessStatusCode && !(mayMiss && response.StatusCode == HttpStatusCode.NotFound))
            Assert.Fail($"{method} {path}: {(int)response.StatusCode} {Encoding.UTF8.GetString(Read(response))}");
        return response;
    }

    private static byte[] Read(HttpResponseMessage response)
    {
        using var content = new MemoryStream();
        response.Content.ReadAsStream().CopyTo(content);
        return content.ToArray();
    }
}

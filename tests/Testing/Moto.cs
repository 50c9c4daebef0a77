using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using System.Xml.Linq;
using NUnit.Framework;

namespace Pipeline.Testing;

/// <summary>
/// A server that answers like AWS (moto, https://docs.getmoto.org), for the tests that talk to AWS over HTTP. <c>./pipeline tools</c>
/// installs the version in <c>tests/moto.txt</c> into the folder of what is built, unless this Python has it; tests are skipped where it is absent.
/// </summary>
public sealed class Moto : IDisposable
{
    /// <summary>Where all its keys live.</summary>
    public const string Region = "eu-west-1";

    private static readonly TimeSpan LongestStart = TimeSpan.FromSeconds(30);

    /// <summary>As pip calls it; what it needs itself is listed behind.</summary>
    private static readonly string Version = File.ReadLines(Path.Combine(Checkout.Root, "tests", "moto.txt")).First();

    private readonly Process process;
    private readonly HttpClient http = new();

    private Moto(Process process, Uri address)
    {
        this.process = process;
        Address = address;
    }

    /// <summary>Where it listens.</summary>
    public Uri Address { get; }

    /// <summary>Starts a server of one's own, or skips the test.</summary>
    public static Moto Start() => Start(["-m", "moto.server"], new Dictionary<string, string>());

    /// <summary>Starts a server by a program around moto, or skips the test.</summary>
    /// <param name="program">What Python is to run: a file, or <c>-m</c> and a module.</param>
    /// <param name="environment">Variables the program gets.</param>
    public static Moto Start(IReadOnlyList<string> program, IReadOnlyDictionary<string, string> environment)
    {
        ArgumentNullException.ThrowIfNull(environment);
        string folder = Path.Combine(Checkout.Root, "artifacts", "moto");
        if (!IsInstalled(folder))
            Assert.Ignore($"{Version} is not installed, which answers like AWS: './pipeline tools' installs it to {folder}, and needs python3 with pip.");
        int port = FreePort();
        var start = new ProcessStartInfo("python3", [.. program, "-H", "127.0.0.1", "-p", $"{port}"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["PYTHONPATH"] = folder;
        foreach ((string name, string value) in environment)
            start.Environment[name] = value;
        var moto = new Moto(Process.Start(start)!, new Uri($"http://127.0.0.1:{port}/"));
        // What it writes is read so that it never waits for a reader.
        moto.process.OutputDataReceived += (_, _) => { };
        moto.process.ErrorDataReceived += (_, _) => { };
        moto.process.BeginOutputReadLine();
        moto.process.BeginErrorReadLine();
        moto.WaitUntilReady();
        return moto;
    }

    /// <summary>The environment of a program that is to take it for AWS.</summary>
    /// <param name="address">Another address in front of it, such as that of a <see cref="KmsGateway"/>.</param>
    public Dictionary<string, string> Environment(Uri? address = null) => new()
    {
        ["AWS_ENDPOINT_URL"] = (address ?? Address).ToString(),
        ["AWS_REGION"] = Region,
        ["AWS_ACCESS_KEY_ID"] = "testing",
        ["AWS_SECRET_ACCESS_KEY"] = "testing",
    };

    /// <summary>Makes a key in KMS.</summary>
    /// <param name="usage">GENERATE_VERIFY_MAC or ENCRYPT_DECRYPT.</param>
    /// <param name="spec">HMAC_256 or SYMMETRIC_DEFAULT.</param>
    /// <returns>Its ARN.</returns>
    public string CreateKey(string usage, string spec) =>
        (string)Kms("CreateKey", new JsonObject { ["KeyUsage"] = usage, ["KeySpec"] = spec })["KeyMetadata"]!["Arn"]!;

    /// <summary>Makes a key for hashes.</summary>
    public string CreateMacKey() => CreateKey("GENERATE_VERIFY_MAC", "HMAC_256");

    /// <summary>Makes a key that wraps data keys.</summary>
    public string CreateDataKey() => CreateKey("ENCRYPT_DECRYPT", "SYMMETRIC_DEFAULT");

    /// <summary>Calls KMS without the SDK.</summary>
    public JsonNode Kms(string operation, JsonObject body) => Call("kms", $"TrentService.{operation}", body);

    /// <summary>Calls a service that speaks JSON without the SDK.</summary>
    /// <param name="service">Its name in signatures.</param>
    /// <param name="target">The operation, with what stands before its name.</param>
    /// <param name="body">The arguments.</param>
    public JsonNode Call(string service, string target, JsonObject body)
    {
        ArgumentNullException.ThrowIfNull(body);
        using var request = new HttpRequestMessage(HttpMethod.Post, Address) { Content = new StringContent(body.ToJsonString(), Encoding.UTF8) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/x-amz-json-1.1");
        request.Headers.Add("X-Amz-Target", target);
        request.Headers.TryAddWithoutValidation("Authorization", Authorization(service));
        using HttpResponseMessage response = http.Send(request);
        using var reader = new StreamReader(response.Content.ReadAsStream());
        string text = reader.ReadToEnd();
        Assert.That(response.IsSuccessStatusCode, Is.True, $"{target}: {text}");
        return JsonNode.Parse(text.Length == 0 ? "{}" : text)!;
    }

    /// <summary>Calls a service that speaks forms and XML without the SDK.</summary>
    /// <param name="service">Its name in signatures.</param>
    /// <param name="form">The operation as <c>Action</c>, and its arguments.</param>
    public XDocument Form(string service, params IEnumerable<(string Name, string Value)> form)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Address)
        {
            Content = new FormUrlEncodedContent(form.Select(pair => KeyValuePair.Create(pair.Name, pair.Value))),
        };
        request.Headers.TryAddWithoutValidation("Authorization", Authorization(service));
        using HttpResponseMessage response = http.Send(request);
        using var reader = new StreamReader(response.Content.ReadAsStream());
        string text = reader.ReadToEnd();
        Assert.That(response.IsSuccessStatusCode, Is.True, text);
        return XDocument.Parse(text);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        http.Dispose();
        process.Kill(entireProcessTree: true);
        process.WaitForExit();
        process.Dispose();
    }

    /// <summary>Tells the server which service is meant; the signature is not looked at.</summary>
    private static string Authorization(string service) =>
        $"AWS4-HMAC-SHA256 Credential=testing/20260101/{Region}/{service}/aws4_request, SignedHeaders=host, Signature=testing";

    private static bool IsInstalled(string folder)
    {
        var ask = new ProcessStartInfo("python3", ["-c", "import moto, moto.server; print(f'moto[server]=={moto.__version__}')"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        ask.Environment["PYTHONPATH"] = folder;
        try
        {
            using Process python = Process.Start(ask)!;
            _ = python.StandardError.ReadToEndAsync();
            string output = python.StandardOutput.ReadToEnd();
            python.WaitForExit();
            return output.Trim() == Version;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            // There is no Python.
            return false;
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private void WaitUntilReady()
    {
        for (long start = Stopwatch.GetTimestamp(); ; Thread.Sleep(50))
        {
            try
            {
                using HttpResponseMessage response = http.Send(new HttpRequestMessage(HttpMethod.Get, new Uri(Address, "moto-api/")));
                if (response.IsSuccessStatusCode)
                    return;
            }
            catch (HttpRequestException) when (!process.HasExited && Stopwatch.GetElapsedTime(start) < LongestStart)
            {
                // Not yet listening.
            }
        }
    }
}

using System.Diagnostics;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using NUnit.Framework;

namespace Pipeline.Testing;

/// <summary>
/// Chromium without a window, told what to do through its DevTools protocol. <c>./pipeline tools</c> installs Debian's where it may; tests are skipped
/// where there is none. Not thread-safe.
/// </summary>
public sealed class Browser : IDisposable
{
    /// <summary>Names a browser other than the one on the path.</summary>
    public const string Variable = "PIPELINE_CHROMIUM";

    private const string Listening = "DevTools listening on ";

    private static readonly string[] Names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
    private static readonly TimeSpan LongestCall = TimeSpan.FromSeconds(120);

    private readonly Process process;
    private readonly TempFolder profile;
    private readonly ClientWebSocket socket = new();
    private readonly List<JsonNode> events = [];
    private readonly string? session;
    private int calls;

    private Browser(Process process, TempFolder profile, Uri address)
    {
        this.process = process;
        this.profile = profile;
        socket.Options.KeepAliveInterval = TimeSpan.Zero;
        using var limit = new CancellationTokenSource(LongestCall);
        socket.ConnectAsync(address, limit.Token).GetAwaiter().GetResult();
        string target = (string)Call("Target.createTarget", new JsonObject { ["url"] = "about:blank" })["targetId"]!;
        session = (string)Call("Target.attachToTarget", new JsonObject { ["targetId"] = target, ["flatten"] = true })["sessionId"]!;
        foreach (string domain in (string[])["Page", "Runtime", "Log", "Network"])
            Call(domain + ".enable");
    }

    /// <summary>What the page wrote to its console as a warning or an error, threw, or was forbidden.</summary>
    public IReadOnlyList<string> Complaints =>
    [
        .. events.Where(e => (string)e["method"]! is "Runtime.exceptionThrown" or "Log.entryAdded"
            || ((string)e["method"]! == "Runtime.consoleAPICalled" && (string)e["params"]!["type"]! is "error" or "warning" or "assert")).Select(e => e["params"]!.ToJsonString()),
    ];

    /// <summary>What the page asked for besides itself and what lies in it.</summary>
    public IReadOnlyList<string> Requests =>
    [
        .. events.Where(e => (string)e["method"]! == "Network.requestWillBeSent").Select(e => (string)e["params"]!["request"]!["url"]!)
            .Where(url => !url.StartsWith("data:", StringComparison.Ordinal)).Skip(1),
    ];

    /// <summary>Starts a browser, or skips the test.</summary>
    public static Browser Start()
    {
        string? program = Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named ? named : Names.Select(OnPath).FirstOrDefault(path => path is not null);
        if (program is null)
            Assert.Ignore($"There is no Chromium to look at the report with: './pipeline tools' installs Debian's as root, or name one in {Variable}.");
        var profile = new TempFolder();
        // Everything in this test is our own page, and root has no sandbox.
        var start = new ProcessStartInfo(program!, ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars", "--no-first-run", "--remote-debugging-port=0", $"--user-data-dir={profile.Path}", "about:blank"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        Process process = Process.Start(start)!;
        var address = new TaskCompletionSource<Uri>(TaskCreationOptions.RunContinuationsAsynchronously);
        var said = new StringBuilder();
        // What it writes is read so that it never waits for a reader.
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, e) =>
        {
            if (e.Data is null)
                address.TrySetException(new InvalidOperationException($"'{program}' ended without listening: {said}"));
            else if (e.Data.StartsWith(Listening, StringComparison.Ordinal))
                address.TrySetResult(new Uri(e.Data[Listening.Length..]));
            else
                said.AppendLine(e.Data);
        };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return new Browser(process, profile, address.Task.WaitAsync(LongestCall).GetAwaiter().GetResult());
    }

    /// <summary>Shows a file at a size in one of the two colour schemes, and waits until it is loaded.</summary>
    public void Show(string path, int width, int height, bool isDark = false)
    {
        Call("Emulation.setDeviceMetricsOverride", new JsonObject { ["width"] = width, ["height"] = height, ["deviceScaleFactor"] = 1, ["mobile"] = width < 600 });
        Call("Emulation.setEmulatedMedia", new JsonObject { ["features"] = new JsonArray(new JsonObject { ["name"] = "prefers-color-scheme", ["value"] = isDark ? "dark" : "light" }) });
        // Only what this page says and asks for counts.
        events.Clear();
        Call("Page.navigate", new JsonObject { ["url"] = new Uri(path).AbsoluteUri });
        while (!events.Any(e => (string)e["method"]! == "Page.loadEventFired"))
            Receive();
    }

    /// <summary>The value of an expression of JavaScript.</summary>
    public JsonNode? Ask(string expression)
    {
        JsonNode answer = Call("Runtime.evaluate", new JsonObject { ["expression"] = expression, ["returnByValue"] = true, ["awaitPromise"] = true });
        Assert.That(answer["exceptionDetails"], Is.Null, expression);
        return answer["result"]!["value"]?.DeepClone();
    }

    /// <summary>The whole page as a picture.</summary>
    /// <returns>PNG.</returns>
    public byte[] Picture()
    {
        JsonNode size = Call("Page.getLayoutMetrics")["cssContentSize"]!;
        return Convert.FromBase64String((string)Call("Page.captureScreenshot", new JsonObject
        {
            ["captureBeyondViewport"] = true,
            ["clip"] = new JsonObject { ["x"] = 0, ["y"] = 0, ["width"] = (double)size["width"]!, ["height"] = (double)size["height"]!, ["scale"] = 1 },
        })["data"]!);
    }

    /// <summary>The page on paper.</summary>
    /// <returns>PDF.</returns>
    public byte[] Print() => Convert.FromBase64String((string)Call("Page.printToPDF", new JsonObject { ["printBackground"] = false, ["paperWidth"] = 8.27, ["paperHeight"] = 11.69 })["data"]!);

    /// <inheritdoc/>
    public void Dispose()
    {
        socket.Dispose();
        process.Kill(entireProcessTree: true);
        process.WaitForExit();
        process.Dispose();
        profile.Dispose();
    }

    private static string? OnPath(string name) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);

    private JsonNode Call(string method, JsonObject? arguments = null)
    {
        int id = ++calls;
        var message = new JsonObject { ["id"] = id, ["method"] = method, ["params"] = arguments ?? [] };
        if (session is not null)
            message["sessionId"] = session;
        using (var limit = new CancellationTokenSource(LongestCall))
            socket.SendAsync(Encoding.UTF8.GetBytes(message.ToJsonString()), WebSocketMessageType.Text, true, limit.Token).GetAwaiter().GetResult();
        while (true)
        {
            JsonNode answer = Receive();
            if ((int?)answer["id"] != id)
                continue;
            Assert.That(answer["error"], Is.Null, method);
            return answer["result"]!;
        }
    }

    /// <summary>The next message; events are kept.</summary>
    private JsonNode Receive()
    {
        using var limit = new CancellationTokenSource(LongestCall);
        using var content = new MemoryStream();
        var buffer = new byte[1 << 16];
        WebSocketReceiveResult part;
        do
        {
            part = socket.ReceiveAsync(buffer, limit.Token).GetAwaiter().GetResult();
            content.Write(buffer, 0, part.Count);
        }
        while (!part.EndOfMessage);
        JsonNode message = JsonNode.Parse(content.ToArray())!;
        if (message["method"] is not null)
            events.Add(message);
        return message;
    }
}

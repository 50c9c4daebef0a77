using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Pipeline.Testing;

namespace Pipeline.Infra.Tests;

/// <summary>
/// Stands in for ECS: starts the real program of a stage with the environment of its task definition and of the call, and tells how it ended.
/// What it writes goes to the stream of the log group where the log driver of ECS would put it.
/// </summary>
internal sealed class StandInEcs : IDisposable
{
    private const string ArnStart = "arn:aws:ecs:eu-west-1:123456789012:task/pipeline-dev/";

    private readonly HttpListener listener = new();
    private readonly ConcurrentDictionary<string, StandInTask> tasks = new();
    private readonly ConcurrentQueue<StandInTask> started = new();
    private readonly ConcurrentQueue<string> requests = new();
    private readonly Task serving;

    public StandInEcs()
    {
        Address = new Uri($"http://127.0.0.1:{Ports.Free()}/");
        listener.Prefixes.Add(Address.ToString());
        listener.Start();
        serving = Task.Run(ServeAsync);
    }

    public Uri Address { get; }

    /// <summary>What each stage is; by the reference to its task definition.</summary>
    public Dictionary<string, StageTemplate> Definitions { get; } = [];

    /// <summary>Puts what is known here in the place of what is known only when it is deployed.</summary>
    public Func<string, string> Resolve { get; set; } = text => text;

    /// <summary>The value of a secret.</summary>
    public Func<string, string> Secret { get; set; } = arn => arn;

    /// <summary>Variables that every task gets besides, as ECS gives a task its credentials.</summary>
    public IReadOnlyDictionary<string, string> More { get; set; } = new Dictionary<string, string>();

    /// <summary>Changes what a task gets, before it begins: stage, attempt from 1, variables.</summary>
    public Action<string, int, Dictionary<string, string>>? BeforeStart { get; set; }

    /// <summary>Is told of a task that began.</summary>
    public Action<StandInTask>? AfterStart { get; set; }

    /// <summary>Whether there is no room for a task: stage, attempt from 1.</summary>
    public Func<string, int, bool>? IsFull { get; set; }

    /// <summary>Where the words of a task go: group, stream, lines.</summary>
    public Action<string, string, IReadOnlyList<string>>? Log { get; set; }

    /// <summary>The tasks that began, in order.</summary>
    public IReadOnlyList<StandInTask> Started => [.. started];

    public void Forget()
    {
        started.Clear();
        requests.Clear();
        (BeforeStart, AfterStart, IsFull) = (null, null, null);
    }

    public void Dispose()
    {
        listener.Close();
        serving.Wait();
        foreach (StandInTask task in tasks.Values)
            task.Kill();
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                HttpListenerContext context = await listener.GetContextAsync();
                _ = Task.Run(() => Answer(context));
            }
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
        {
            // Closed.
        }
    }

    private void Answer(HttpListenerContext context)
    {
        string operation = context.Request.Headers["X-Amz-Target"]!.Split('.')[^1];
        JsonObject body = JsonNode.Parse(context.Request.InputStream)!.AsObject();
        JsonObject answer;
        try
        {
            answer = operation switch
            {
                "RunTask" => RunTask(body),
                "DescribeTasks" => new JsonObject { ["tasks"] = new JsonArray([.. body["tasks"]!.AsArray().Select(arn => (JsonNode)tasks[(string)arn!].Describe())]), ["failures"] = new JsonArray() },
                "StopTask" => StopTask(body),
                _ => throw new NotSupportedException(operation),
            };
        }
#pragma warning disable CA1031 // Whatever is wrong here must reach the execution, which then fails with it.
        catch (Exception e)
#pragma warning restore CA1031
        {
            context.Response.StatusCode = 400;
            answer = new JsonObject { ["__type"] = "StandInException", ["message"] = e.ToString() };
        }
        context.Response.ContentType = "application/x-amz-json-1.1";
        context.Response.OutputStream.Write(Encoding.UTF8.GetBytes(answer.ToJsonString()));
        context.Response.Close();
    }

    private JsonObject RunTask(JsonObject body)
    {
        StageTemplate definition = Definitions[(string)body["taskDefinition"]!];
        string stage = definition.LogPrefix;
        requests.Enqueue(stage);
        int attempt = requests.Count(request => request == stage);
        if (IsFull?.Invoke(stage, attempt) == true)
        {
            return new JsonObject
            {
                ["tasks"] = new JsonArray(),
                ["failures"] = new JsonArray(new JsonObject { ["reason"] = "Capacity is unavailable at this time. Please try again later or in a different availability zone" }),
            };
        }
        var variables = new Dictionary<string, string>(More);
        foreach ((string name, string value) in definition.Environment)
            variables[name] = Resolve(value);
        foreach ((string name, string arn) in definition.Secrets)
            variables[name] = Secret(arn);
        JsonNode overrides = body["overrides"]!["containerOverrides"]!.AsArray().Single()!;
        Assert.That((string?)overrides["name"], Is.EqualTo((string?)definition.Container["Name"]));
        foreach (JsonNode? variable in overrides["environment"]!.AsArray())
            variables[(string)variable!["name"]!] = Resolve((string)variable["value"]!);
        BeforeStart?.Invoke(stage, attempt, variables);
        var task = new StandInTask(ArnStart + Guid.NewGuid().ToString("N"), stage, (string)body["overrides"]!["memory"]!, StageRunner.Start(Project(stage), [], variables));
        if (Log is { } log)
            task.WhenEnded(lines => log(definition.LogGroup, $"{stage}/{definition.Container["Name"]}/{task.Arn.Split('/')[^1]}", lines));
        tasks[task.Arn] = task;
        started.Enqueue(task);
        AfterStart?.Invoke(task);
        return new JsonObject { ["tasks"] = new JsonArray(task.Describe()), ["failures"] = new JsonArray() };
    }

    private JsonObject StopTask(JsonObject body)
    {
        StandInTask task = tasks[(string)body["task"]!];
        task.Kill();
        return new JsonObject { ["task"] = task.Describe() };
    }

    private static string Project(string stage) => char.ToUpperInvariant(stage[0]) + stage[1..];
}

/// <summary>A process in the place of a task.</summary>
internal sealed class StandInTask
{
    private readonly Process process;
    private readonly List<string> lines = [];
    private readonly StringBuilder error = new();
    private volatile bool isLogged = true;

    public StandInTask(string arn, string stage, string memory, Process process)
    {
        (Arn, Stage, Memory, this.process) = (arn, stage, memory, process);
        process.OutputDataReceived += (_, e) => Add(e.Data);
        process.ErrorDataReceived += (_, e) => Add(e.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public string Arn { get; }

    public string Stage { get; }

    /// <summary>Memory it was asked for with, in MiB.</summary>
    public string Memory { get; }

    /// <summary>Null as long as it runs.</summary>
    public int? ExitCode => process.HasExited && isLogged ? process.ExitCode : null;

    /// <summary>What it wrote so far.</summary>
    public string Words
    {
        get
        {
            lock (lines)
                return string.Join('\n', lines);
        }
    }

    /// <summary>Ends it at once, as a machine that dies does.</summary>
    public void Kill() => process.Kill();

    /// <summary>Lets it stand still, or go on.</summary>
    public void Signal(string name)
    {
        using Process kill = Process.Start("kill", ["-" + name, $"{process.Id}"]);
        kill.WaitForExit();
    }

    /// <summary>Calls back with its words when it has ended, before anybody hears that it has.</summary>
    public void WhenEnded(Action<IReadOnlyList<string>> log)
    {
        isLogged = false;
        _ = Task.Run(() =>
        {
            process.WaitForExit();
            try
            {
                lock (lines)
                    log([.. lines]);
            }
            finally
            {
                isLogged = true;
            }
        });
    }

    public JsonObject Describe()
    {
        var container = new JsonObject { ["name"] = "stage", ["lastStatus"] = "RUNNING" };
        var task = new JsonObject { ["taskArn"] = Arn, ["clusterArn"] = "arn:aws:ecs:eu-west-1:123456789012:cluster/pipeline-dev", ["lastStatus"] = "RUNNING", ["containers"] = new JsonArray(container) };
        if (ExitCode is not { } code)
            return task;
        container["lastStatus"] = "STOPPED";
        task["lastStatus"] = "STOPPED";
        container["exitCode"] = code;
        task["stopCode"] = "EssentialContainerExited";
        task["stoppedReason"] = "Essential container in task exited";
        return task;
    }

    private void Add(string? line)
    {
        if (string.IsNullOrEmpty(line))
            return;
        lock (lines)
            lines.Add(line);
    }
}

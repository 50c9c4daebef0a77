using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pipeline.Testing;
using Pipeline.Testing.Postgres;

namespace Pipeline.Infra.Tests;

/// <summary>
/// All of AWS that the nightly run needs, on this machine: moto executes the state machine of the template, and is S3, KMS, SNS, Secrets
/// Manager and CloudWatch Logs; the stages are processes; the database is a PostgreSQL.
/// </summary>
internal sealed class Cloud : IDisposable
{
    private const string Database = "shop", Account = "123456789012";

    /// <summary>Quotation marks as such: moto reads the text of a definition, not what it stands for.</summary>
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly TempFolder folder = new();
    private readonly PostgresServer postgres;
    private readonly Template template;
    private readonly string topic, queue;
    private string? localRun;
    private int machines;

    public Cloud()
    {
        string programs = PostgresServer.FindPrograms(Checkout.Root) ?? "";
        if (programs.Length == 0)
            Assert.Ignore($"There is no PostgreSQL: './pipeline tools' installs one, or {PostgresServer.Variable} names the folder of initdb and postgres.");
        Ecs = new StandInEcs();
        Moto = Moto.Start([Path.Combine(AppContext.BaseDirectory, "step_functions.py")], new Dictionary<string, string> { ["ECS_ENDPOINT"] = Ecs.Address.ToString() });
        postgres = PostgresServer.Start(programs);
        MacKey = Moto.CreateMacKey();
        DataKey = Moto.CreateDataKey();
        Secret = (string)Moto.Call("secretsmanager", "secretsmanager.CreateSecret", new JsonObject
        {
            ["Name"] = "database",
            ["SecretString"] = new JsonObject { ["username"] = PostgresServer.Administrator, ["password"] = PostgresServer.Password }.ToJsonString(),
        })["ARN"]!;
        topic = Moto.Form("sns", ("Action", "CreateTopic"), ("Name", "pipeline-dev")).Descendants().Single(e => e.Name.LocalName == "TopicArn").Value;
        queue = Moto.Form("sqs", ("Action", "CreateQueue"), ("QueueName", "people")).Descendants().Single(e => e.Name.LocalName == "QueueUrl").Value;
        Moto.Form("sns", ("Action", "Subscribe"), ("TopicArn", topic), ("Protocol", "sqs"), ("Endpoint", $"arn:aws:sqs:{Moto.Region}:{Account}:people"));

        Shop.Generate(folder.File("shop"));
        Bucket = new Bucket(Moto);
        foreach ((string key, string file) in Shop.Inputs)
            Bucket.Put(key, File.ReadAllBytes(folder.File($"shop/{file}")));
        NewDatabase(Database);

        template = Template.Synthesize(Template.Read(
            "dev", ("aurora", "null"), ("databaseSecretArn", Secret), ("databaseUrl", UrlOf(Database)), ("databaseCidr", "127.0.0.0/8")));
        foreach ((string name, StageTemplate task) in StageTemplate.All(template))
        {
            Ecs.Definitions[name] = task;
            Moto.Call("logs", "Logs_20140328.CreateLogGroup", new JsonObject { ["logGroupName"] = task.LogGroup });
        }
        Ecs.Secret = arn => (string)Moto.Call("secretsmanager", "secretsmanager.GetSecretValue", new JsonObject { ["SecretId"] = arn })["SecretString"]!;
        Ecs.More = Moto.Environment();
        Ecs.Resolve = Resolve;
        Ecs.Log = Log;
    }

    public Moto Moto { get; }

    public StandInEcs Ecs { get; }

    public string MacKey { get; }

    public string DataKey { get; }

    public string Secret { get; }

    /// <summary>The bucket of the runs.</summary>
    public Bucket Bucket { get; }

    public string KeyStore => folder.File("keystore");

    /// <summary>Puts the template's state machine up under a name of its own, with its waits cut short.</summary>
    /// <param name="change">What a test wants otherwise.</param>
    /// <param name="name">The name; null for any.</param>
    public string CreateMachine(Action<JsonObject>? change = null, string? name = null)
    {
        JsonNode properties = template.Single("AWS::StepFunctions::StateMachine").Properties;
        string text = (string)properties["DefinitionString"]!;
        foreach ((string placeholder, JsonNode? value) in properties["DefinitionSubstitutions"]!.AsObject())
            text = text.Replace($"${{{placeholder}}}", Value(placeholder, Template.Text(value)), StringComparison.Ordinal);
        JsonObject definition = JsonNode.Parse(text)!.AsObject();
        foreach ((string _, JsonNode? state) in definition["States"]!.AsObject())
        {
            if ((string)state!["Type"]! == "Wait")
                state["Seconds"] = 1;
            foreach (JsonNode? retry in state["Retry"]?.AsArray() ?? [])
                retry!["IntervalSeconds"] = 1;
        }
        change?.Invoke(definition["States"]!.AsObject());
        return (string)Moto.Call("states", "AWSStepFunctions.CreateStateMachine", new JsonObject
        {
            ["name"] = name ?? $"machine{machines++}",
            ["definition"] = definition.ToJsonString(Plain),
            ["roleArn"] = $"arn:aws:iam::{Account}:role/nightly",
        })["stateMachineArn"]!;
    }

    /// <summary>Starts an execution.</summary>
    public string Start(string machine, JsonObject input) => (string)Moto.Call("states", "AWSStepFunctions.StartExecution", new JsonObject
    {
        ["stateMachineArn"] = machine,
        ["name"] = Guid.NewGuid().ToString("N"),
        ["input"] = input.ToJsonString(),
    })["executionArn"]!;

    /// <summary>Waits for the end of an execution.</summary>
    public JsonNode Wait(string execution)
    {
        for (int tenths = 0; tenths < 1200; tenths++)
        {
            JsonNode described = Moto.Call("states", "AWSStepFunctions.DescribeExecution", new JsonObject { ["executionArn"] = execution });
            if ((string)described["status"]! != "RUNNING")
                return described;
            Thread.Sleep(100);
        }
        throw new TimeoutException($"The execution goes on and on: {string.Join("\n", Ecs.Started.Select(t => $"{t.Stage} {t.ExitCode} {t.Words}"))}");
    }

    /// <summary>Waits for the end of an execution by the names of its machine and its own.</summary>
    public JsonNode WaitFor(string machine, string name) => Wait($"arn:aws:states:{Moto.Region}:{Account}:execution:{machine}:{name}");

    /// <summary>Runs an execution to its end.</summary>
    public JsonNode Run(string machine, string run) => Wait(Start(machine, new JsonObject { ["run"] = run }));

    /// <summary>The notices since the last look: subject and text.</summary>
    public IReadOnlyList<(string Subject, string Text)> Notices()
    {
        var notices = new List<(string, string)>();
        while (Moto.Form("sqs", ("Action", "ReceiveMessage"), ("QueueUrl", queue)).Descendants().SingleOrDefault(e => e.Name.LocalName == "Message") is { } message)
        {
            JsonNode body = JsonNode.Parse(message.Elements().Single(e => e.Name.LocalName == "Body").Value)!;
            notices.Add(((string)body["Subject"]!, (string)body["Message"]!));
            Moto.Form("sqs", ("Action", "DeleteMessage"), ("QueueUrl", queue), ("ReceiptHandle", message.Elements().Single(e => e.Name.LocalName == "ReceiptHandle").Value));
        }
        return notices;
    }

    /// <summary>Forgets what happened in another test.</summary>
    public void Forget()
    {
        Ecs.Forget();
        Notices();
    }

    /// <summary>Copies a run out of the bucket.</summary>
    /// <returns>The folder.</returns>
    public string Fetch(string run)
    {
        string place = folder.File($"fetched/{run}");
        Bucket.CopyTo($"{RunBucket.Runs}/{run}/", place);
        return place;
    }

    /// <summary>The same run by the person's tool on this machine, into a folder and a database of its own: its folder.</summary>
    public string LocalRun => localRun ??= RunLocally();

    public void Dispose()
    {
        Ecs.Dispose();
        Bucket.Dispose();
        Moto.Dispose();
        postgres.Dispose();
        folder.Dispose();
    }

    private string RunLocally()
    {
        const string database = "local";
        string place = folder.File("local/run");
        NewDatabase(database);
        var environment = new Dictionary<string, string>(Moto.Environment()) { ["PGPASSWORD"] = PostgresServer.Password };
        StageResult result = StageRunner.Run(
            "Cli",
            [
                "run", "--run", place, "--interactions", folder.File("shop/interactions.csv"), "--catalogue", folder.File("shop/catalogue.csv"),
                "--customers", folder.File("shop/customers.csv"), "--suppressions", folder.File("shop/suppressions.csv"),
                "--kms-mac-key", "1=" + MacKey, "--kms-data-key", "1=" + DataKey, "--key-store", folder.File("local/keystore"), "--target", UrlOf(database),
            ],
            environment);
        Assert.That(result.ExitCode, Is.Zero, result.Error);
        return place;
    }

    private string UrlOf(string database) => $"postgresql://{PostgresServer.Administrator}@127.0.0.1:{postgres.Port}/{database}";

    private void NewDatabase(string name) => postgres.CreateDatabase(name);

    private string Value(string placeholder, string text) => placeholder switch
    {
        "Topic" => topic,
        _ when placeholder.EndsWith("Task", StringComparison.Ordinal) => placeholder[..^"Task".Length].ToLowerInvariant(),
        _ => Resolve(text).Trim('{', '}'),
    };

    private string Resolve(string text) => text
        .Replace("{RunBucket}", Bucket.Name, StringComparison.Ordinal)
        .Replace("{Region}", Moto.Region, StringComparison.Ordinal)
        .Replace("{KeysEmailMac1.Arn}", MacKey, StringComparison.Ordinal)
        .Replace("{KeysEmailWrapping1.Arn}", DataKey, StringComparison.Ordinal)
        .Replace("/keystore", KeyStore, StringComparison.Ordinal);

    private void Log(string group, string stream, IReadOnlyList<string> lines)
    {
        Moto.Call("logs", "Logs_20140328.CreateLogStream", new JsonObject { ["logGroupName"] = group, ["logStreamName"] = stream });
        if (lines.Count == 0)
            return;
        long now = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        Moto.Call("logs", "Logs_20140328.PutLogEvents", new JsonObject
        {
            ["logGroupName"] = group,
            ["logStreamName"] = stream,
            ["logEvents"] = new JsonArray([.. lines.Select(line => (JsonNode)new JsonObject { ["timestamp"] = now, ["message"] = line })]),
        });
    }
}

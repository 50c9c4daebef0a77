using System.Text;
using Pipeline.Contracts;
using Pipeline.Testing;

namespace Pipeline.Email.Tests;

/// <summary>The stage as a program with its keys in KMS, against a server that speaks KMS.</summary>
public class KmsTests
{
    private const string Customers = "user_id,email,consent\nann,ann@example.com,yes\nbob,bob@example.com,no\neve,e.v.e+shop@gmail.com,yes\n";

    private Moto moto = null!;
    private Mailing mailing = null!;
    private KmsGateway gateway = null!;
    private string macKey = null!, dataKey = null!;
    private int stores;

    [OneTimeSetUp]
    public void Start()
    {
        moto = Moto.Start();
        macKey = moto.CreateMacKey();
        dataKey = moto.CreateDataKey();
        mailing = new Mailing();
    }

    [OneTimeTearDown]
    public void Stop()
    {
        mailing?.Dispose();
        moto?.Dispose();
    }

    [SetUp]
    public void Connect() => gateway = new KmsGateway(moto);

    [TearDown]
    public void Disconnect() => gateway.Dispose();

    [Test]
    public void Run_with_keys_in_KMS_takes_two_calls_however_many_customers_there_are()
    {
        (StageResult few, string small) = Run(Customers);
        Assert.That(few.ExitCode, Is.Zero, few.Error);
        Assert.That(Operations(), Is.EqualTo(new[] { "GenerateMac", "GenerateDataKey" }));

        string all = "user_id,email,consent\n" + string.Concat(Mailing.Customers.Select(user => $"{user},{user}@example.com,yes\n"))
            + string.Concat(Enumerable.Range(0, 20_000).Select(n => $"stranger-{n},stranger-{n}@example.com,yes\n"));
        (StageResult many, string large) = Run(all, "--suppressions", mailing.Folder.Write("kms-list.csv", "address,reason\nbob@example.com,bounced\n"));
        Assert.That(many.ExitCode, Is.Zero, many.Error);
        Assert.That(Operations().Skip(2), Is.EqualTo(new[] { "GenerateMac", "GenerateDataKey" }));
        Assert.That(RunReader.Read(small, Recipients.DataSet).Count(row => row.Text(Recipients.EmailCiphertext) is not null), Is.EqualTo(3));
        Assert.That(RunReader.Read(large, Recipients.DataSet).Count(row => row.Text(Recipients.EmailCiphertext) is not null), Is.EqualTo(10));
        Assert.That(RunReader.Read(large, Recipients.DataSet)[1].Text(Recipients.Reason), Is.EqualTo("suppressed_bounced"));
    }

    [Test]
    public void Cells_open_with_KMS_and_the_key_store_and_keys_repeat_from_run_to_run()
    {
        (StageResult result, string run, string store) = RunIn(NewStore(), Customers);
        (_, string again, _) = RunIn(NewStore(), Customers);
        Assert.That(result.ExitCode, Is.Zero, result.Error);
        TableRow[] rows = [.. RunReader.Read(run, Recipients.DataSet)], others = [.. RunReader.Read(again, Recipients.DataSet)];
        Assert.That(rows.Select(row => row.Text(Recipients.SubjectKey)), Is.EqualTo(others.Select(row => row.Text(Recipients.SubjectKey))));
        using IDisposable environment = TakeForAws();
        using var kms = new AwsKms([new KmsKey(1, macKey)], [new KmsKey(1, dataKey)]);
        Assert.Multiple(() =>
        {
            Assert.That(rows[0].Text(Recipients.KeyId), Does.StartWith("kms:").And.EqualTo(kms.CurrentMac().KeyId));
            Assert.That(mailing.Decrypt(kms, run, rows[0], store), Is.EqualTo("ann@example.com"));
            Assert.That(mailing.Decrypt(kms, run, rows.Single(row => row.Text(Recipients.UserId) == "eve"), store), Is.EqualTo("e.v.e+shop@gmail.com"));
            Assert.That(RunReader.ReadManifest(run, Stages.Email).Inputs["keys"], Is.EqualTo($"{macKey} version 1"));
        });
    }

    [Test]
    public void Token_is_verified_with_one_call_that_does_not_show_it()
    {
        (StageResult made, string run) = Run(Customers);
        Assert.That(made.ExitCode, Is.Zero, made.Error);
        string token = RunReader.Read(run, Recipients.DataSet)[0].Text(Recipients.UnsubscribeToken)!;
        int calls = gateway.Calls.Count;
        StageResult good = Verify(token), forged = Verify(token[..50] + (token[50] == 'A' ? 'B' : 'A') + token[51..]), both = Verify(token, "--key-ring", "ring.json");
        Assert.Multiple(() =>
        {
            Assert.That(good.ExitCode, Is.Zero, good.Error);
            Assert.That(good.Output, Does.Contain(RunReader.Read(run, Recipients.DataSet)[0].Text(Recipients.MailboxKey)));
            Assert.That(forged.ExitCode, Is.EqualTo(3), forged.Error);
            Assert.That(both.ExitCode, Is.EqualTo(2), both.Error);
            Assert.That(Operations().Skip(calls), Is.EqualTo(new[] { "GenerateMac", "GenerateMac" }));
            Assert.That(gateway.Calls.Skip(calls).Select(call => call.Body.ToJsonString()), Has.None.Contains(token[..20]));
        });

        StageResult Verify(string text, params string[] more) => StageRunner.Run(
            "Cli", ["token", "verify", text, "--kms-mac-key", macKey, "--at", "2026-01-02", .. more], moto.Environment(gateway.Address));
    }

    [Test]
    public void What_is_done_already_asks_KMS_for_nothing()
    {
        string store = NewStore(), run = mailing.NewRun(), customers = mailing.Folder.Write("kms-done.csv", Customers);
        Assert.That(Start(store, run, customers).ExitCode, Is.Zero);
        int calls = gateway.Calls.Count;
        StageResult again = Start(store, run, customers);
        Assert.That(again.Output, Does.Contain("already done"));
        Assert.That(gateway.Calls, Has.Count.EqualTo(calls));
    }

    [Test]
    public void Options_come_from_the_environment_as_well()
    {
        string run = mailing.NewRun(), customers = mailing.Folder.Write("kms-environment.csv", Customers);
        var environment = new Dictionary<string, string>(moto.Environment(gateway.Address))
        {
            ["PIPELINE_KMS_MAC_KEY"] = macKey,
            ["PIPELINE_KMS_DATA_KEY"] = dataKey,
            ["PIPELINE_KEY_STORE"] = NewStore(),
            ["AWS_EXECUTION_ENV"] = "AWS_ECS_FARGATE",
        };
        StageResult result = StageRunner.Run(Stages.Email, ["--run", run, "--customers", customers, "--without-suppressions", "--max-invalid", "100%"], environment);
        Assert.That(result.ExitCode, Is.Zero, result.Error);
        Assert.That(RunReader.Read(run, Recipients.DataSet)[0].Text(Recipients.KeyId), Does.StartWith("kms:"));
    }

    /// <summary>KMS and its logs are another's: they learn no customer and no address.</summary>
    [Test]
    public void What_KMS_is_shown_names_no_customer()
    {
        (StageResult result, _) = Run(Customers);
        Assert.That(result.ExitCode, Is.Zero, result.Error);
        string[] texts = [.. gateway.Calls.Select(call => call.Body.ToJsonString())];
        string message = Encoding.UTF8.GetString(Convert.FromBase64String((string)gateway.Calls[0].Body["Message"]!));
        Assert.That(message, Is.EqualTo("pipeline/keys/v1"));
        Assert.That(texts, Has.None.Contains("ann").And.None.Contains("example.com"));
        Assert.That(gateway.Calls[1].Body["EncryptionContext"]!["run"]!.ToString(), Does.StartWith("run-"));
    }

    [TestCase("GenerateMac", "AccessDeniedException", 2, "denies GenerateMac")]
    [TestCase("GenerateDataKey", "AccessDeniedException", 2, "denies GenerateDataKey")]
    [TestCase("GenerateDataKey", "DisabledException", 2, "is disabled")]
    [TestCase("GenerateMac", "KMSInvalidStateException", 2, "pending deletion")]
    [TestCase("GenerateDataKey", "ThrottlingException", 4, "throttled")]
    public void No_of_KMS_ends_the_stage_with_a_sentence_and_no_output(string operation, string type, int code, string words)
    {
        gateway.Instead = call => call.Operation == operation ? new KmsAnswer(400, type) : null;
        (StageResult result, string run) = Run(Customers);
        Assert.Multiple(() =>
        {
            Assert.That(result.ExitCode, Is.EqualTo(code), result.Error);
            Assert.That(RunReader.ReadErrorMessage(run, Stages.Email), Does.Contain(words).And.Contain(operation).Or.Contain("arn:aws:kms"));
            Assert.That(result.Error.Trim(), Does.StartWith("email: ").And.Not.Contain("\n"));
            Assert.That(RunReader.IsFinished(run, Stages.Email), Is.False);
        });
    }

    [Test]
    public void Slow_KMS_ends_the_stage_to_be_tried_again_later()
    {
        gateway.Latency = TimeSpan.FromSeconds(5);
        (StageResult result, string run) = Run(Customers);
        Assert.That(result.ExitCode, Is.EqualTo(4), result.Error);
        Assert.That(RunReader.ReadErrorMessage(run, Stages.Email), Is.EqualTo("AWS KMS did not answer GenerateMac within 4 s."));
    }

    [Test]
    public void Unreachable_KMS_ends_the_stage_to_be_tried_again_later()
    {
        string run = mailing.NewRun();
        StageResult result = StageRunner.Run(
            Stages.Email, Arguments(NewStore(), run, mailing.Folder.Write("kms-unreachable.csv", Customers)), moto.Environment(new Uri("http://127.0.0.1:1/")));
        Assert.That(result.ExitCode, Is.EqualTo(4), result.Error);
        Assert.That(RunReader.ReadErrorMessage(run, Stages.Email), Is.EqualTo("AWS KMS cannot be reached."));
    }

    [Test]
    public void Without_credentials_the_stage_says_so()
    {
        string run = mailing.NewRun();
        var environment = new Dictionary<string, string>(moto.Environment(gateway.Address))
        {
            ["AWS_ACCESS_KEY_ID"] = "",
            ["AWS_SECRET_ACCESS_KEY"] = "",
            ["AWS_EC2_METADATA_DISABLED"] = "true",
            ["HOME"] = mailing.Folder.Path,
        };
        StageResult result = StageRunner.Run(Stages.Email, Arguments(NewStore(), run, mailing.Folder.Write("kms-credentials.csv", Customers)), environment);
        Assert.That(result.ExitCode, Is.EqualTo(2), result.Error);
        Assert.That(RunReader.ReadErrorMessage(run, Stages.Email), Is.EqualTo("There are no AWS credentials for KMS."));
    }

    private (StageResult Result, string Run) Run(string customers, params string[] options)
    {
        (StageResult result, string run, _) = RunIn(NewStore(), customers, options);
        return (result, run);
    }

    private (StageResult Result, string Run, string Store) RunIn(string store, string customers, params string[] options)
    {
        string run = mailing.NewRun();
        return (Start(store, run, mailing.Folder.Write($"{Path.GetFileName(run)}-files/customers.csv", customers), options), run, store);
    }

    private StageResult Start(string store, string run, string customers, params string[] options) =>
        StageRunner.Run(Stages.Email, Arguments(store, run, customers, options), moto.Environment(gateway.Address));

    private string[] Arguments(string store, string run, string customers, params string[] options) =>
        [
            "--run", run, "--customers", customers, "--max-invalid", "100%", "--kms-mac-key", macKey, "--kms-data-key", dataKey, "--key-store", store,
            .. options.Contains("--suppressions") ? [] : new[] { "--without-suppressions" }, .. options,
        ];

    private string NewStore() => mailing.Folder.File($"kms-store-{++stores}");

    private string[] Operations() => [.. gateway.Calls.Select(call => call.Operation)];

    /// <summary>Lets this process take the server for AWS for a while.</summary>
    private ForAWhile TakeForAws() => new(moto.Environment(gateway.Address));

    private sealed class ForAWhile : IDisposable
    {
        private readonly Dictionary<string, string?> before = [];

        public ForAWhile(Dictionary<string, string> variables)
        {
            foreach ((string name, string value) in variables)
            {
                before[name] = Environment.GetEnvironmentVariable(name);
                Environment.SetEnvironmentVariable(name, value);
            }
        }

        public void Dispose()
        {
            foreach ((string name, string? value) in before)
                Environment.SetEnvironmentVariable(name, value);
        }
    }
}

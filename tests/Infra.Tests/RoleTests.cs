using System.Text.Json.Nodes;
using System.Xml.Linq;
using Pipeline.Contracts;
using Pipeline.Flow;
using Pipeline.Hosting;
using Pipeline.Testing;

namespace Pipeline.Infra.Tests;

/// <summary>
/// The roles of the template enforced: each stage runs with the rights of its role and no others, on a server that checks every request. It
/// compares resources for S3, actions for all services, and knows no conditions.
/// </summary>
[NonParallelizable]
public sealed class RoleTests
{
    private const string Run = "night";

    private readonly TempFolder folder = new();
    private readonly HttpClient http = new();
    private readonly Dictionary<string, Dictionary<string, string>> credentials = [];
    private Moto moto = null!;
    private Bucket bucket = null!;
    private string macKey = "", dataKey = "";

    [OneTimeSetUp]
    public void Start()
    {
        moto = Moto.Start([Path.Combine(AppContext.BaseDirectory, "checked_rights.py")], new Dictionary<string, string>());
        bucket = new Bucket(moto);
        (macKey, dataKey) = (moto.CreateMacKey(), moto.CreateDataKey());
        Shop.Generate(folder.File("shop"));
        foreach ((string key, string file) in Shop.Inputs)
            bucket.Put(key, File.ReadAllBytes(folder.File($"shop/{file}")));
        foreach (FlowStage stage in NightlyFlow.Stages)
            credentials[stage.Stage.Name] = Assume(stage);
        // From here on the server checks signatures and rights.
        using HttpResponseMessage response = http.Send(new HttpRequestMessage(HttpMethod.Post, new Uri(moto.Address, "moto-api/reset-auth")) { Content = new StringContent("0") });
        Assert.That(response.IsSuccessStatusCode, Is.True);
    }

    [OneTimeTearDown]
    public void Stop()
    {
        bucket?.Dispose();
        moto?.Dispose();
        http.Dispose();
        folder.Dispose();
    }

    [Test]
    public void Every_stage_does_its_work_with_its_own_role_and_not_with_anothers()
    {
        foreach (FlowStage stage in NightlyFlow.Stages)
        {
            // Customers are for email alone, so there every other role is tried; elsewhere that of the next stage, which may read what this one writes.
            foreach (FlowStage other in stage.Stage == Stages.Email ? NightlyFlow.Stages.Where(other => other != stage) : [After(stage)])
            {
                StageResult refused = Start(stage, other);
                Assert.That(refused.ExitCode, Is.EqualTo((int)ExitCode.Usage), $"{stage.Stage} as {other.Stage}: {refused.Error}");
                Assert.That(refused.Error, Does.Contain("no permission"), $"{stage.Stage} as {other.Stage}");
            }
            StageResult done = Start(stage, stage);
            Assert.That(done.ExitCode, Is.Zero, $"{stage.Stage}: {done.Error}");
        }
        // What is done is found by reading one's own folder, and nothing is written.
        Assert.That(Start(NightlyFlow.Stages[0], NightlyFlow.Stages[0]).Output, Does.Contain("already done"));
    }

    private static FlowStage After(FlowStage stage) =>
        NightlyFlow.Stages.SkipWhile(other => other != stage).ElementAtOrDefault(1) ?? NightlyFlow.Stages[0];

    private StageResult Start(FlowStage stage, FlowStage role)
    {
        var variables = new Dictionary<string, string>(moto.Environment());
        foreach ((string name, string value) in StageTemplate.All(Template.Dev)[stage.Stage.Name].Environment)
            variables[name] = Resolve(value);
        foreach ((string name, string value) in credentials[role.Stage.Name])
            variables[name] = value;
        variables["PIPELINE_RUN"] = bucket[$"{RunBucket.Runs}/{Run}"];
        variables["PIPELINE_KEY_STORE"] = folder.File("keystore");
        variables["PIPELINE_TARGET"] = $"duckdb:{folder.File("shop.duckdb")}";
        return StageRunner.Run(stage.Stage, [], variables);
    }

    private string Resolve(string text) => text
        .Replace("{RunBucket.Arn}", $"arn:aws:s3:::{bucket.Name}", StringComparison.Ordinal)
        .Replace("{RunBucket}", bucket.Name, StringComparison.Ordinal)
        .Replace("{Region}", Moto.Region, StringComparison.Ordinal)
        .Replace("{KeysEmailMac1.Arn}", macKey, StringComparison.Ordinal)
        .Replace("{KeysEmailWrapping1.Arn}", dataKey, StringComparison.Ordinal);

    /// <summary>Makes the role of a stage as the template has it, and takes it on.</summary>
    private Dictionary<string, string> Assume(FlowStage stage)
    {
        string name = stage.Stage.Name;
        var statements = new JsonArray();
        foreach (JsonNode? policy in Template.Dev.OfType("AWS::IAM::Policy").Where(p => p.Properties["Roles"]!.AsArray().Any(r => Template.Text(r) == $"{{{stage.Project}Role}}"))
            .SelectMany(p => p.Properties["PolicyDocument"]!["Statement"]!.AsArray()))
        {
            string[] resources = [.. Template.Values(policy!["Resource"]!).Select(r => Resolve(Template.Text(r)))];
            statements.Add(new JsonObject
            {
                ["Effect"] = (string)policy["Effect"]!,
                ["Action"] = policy["Action"]!.DeepClone(),
                ["Resource"] = resources.All(r => r.StartsWith("arn:aws:s3", StringComparison.Ordinal)) ? new JsonArray([.. resources.Select(r => (JsonNode)r)]) : "*",
            });
        }
        const string trust = """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ecs-tasks.amazonaws.com"},"Action":"sts:AssumeRole"}]}""";
        string arn = Value(moto.Form("iam", ("Action", "CreateRole"), ("Version", "2010-05-08"), ("RoleName", name), ("AssumeRolePolicyDocument", trust)), "Arn");
        moto.Form("iam", ("Action", "PutRolePolicy"), ("Version", "2010-05-08"), ("RoleName", name), ("PolicyName", "rights"),
            ("PolicyDocument", new JsonObject { ["Version"] = "2012-10-17", ["Statement"] = statements }.ToJsonString()));
        XDocument taken = moto.Form("sts", ("Action", "AssumeRole"), ("Version", "2011-06-15"), ("RoleArn", arn), ("RoleSessionName", name));
        return new Dictionary<string, string>
        {
            ["AWS_ACCESS_KEY_ID"] = Value(taken, "AccessKeyId"),
            ["AWS_SECRET_ACCESS_KEY"] = Value(taken, "SecretAccessKey"),
            ["AWS_SESSION_TOKEN"] = Value(taken, "SessionToken"),
        };
    }

    private static string Value(XDocument document, string name) => document.Descendants().First(e => e.Name.LocalName == name).Value;
}

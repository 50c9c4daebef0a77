using System.Text;
using System.Text.Json.Nodes;
using Pipeline.Cli.Images;
using Pipeline.Flow;
using Pipeline.Hosting;
using Pipeline.Testing;

namespace Pipeline.Cli.Tests.Images;

public class SbomTests
{
    private const string X64 = "node-bindings-linux-x64", Arm64 = "node-bindings-linux-arm64";

    private static readonly string[] StageNames = [.. NightlyFlow.Stages.Select(s => s.Stage.Name)];

    /// <summary>What the build put beside the stage's assembly, and names in its list of dependencies, is in the SBOM, and nothing else.</summary>
    [TestCaseSource(nameof(StageNames))]
    public void Sbom_lists_the_packages_that_the_stage_was_built_with(string stage)
    {
        FlowStage flow = NightlyFlow.Stages.Single(s => s.Stage.Name == stage);
        var tests = new DirectoryInfo(AppContext.BaseDirectory);
        string built = Path.Combine(tests.Parent!.Parent!.FullName, flow.Project, tests.Name, Path.ChangeExtension(flow.AssemblyFile, ".deps.json"));
        string[] expected =
        [
            .. Read(File.ReadAllBytes(built))["libraries"]!.AsObject().Where(l => (string?)l.Value!["type"] == "package").Select(l => l.Key.Replace('/', '@')),
        ];
        Assert.That(Components(Sbom.Of(Checkout.Root, stage, "amd64", "1.2.3")).Where(c => IsNuGet(c)).Select(c => $"{c["name"]}@{c["version"]}"), Is.EquivalentTo(expected).And.Not.Empty);
    }

    [TestCaseSource(nameof(StageNames))]
    public void Sbom_holds_the_hashes_of_the_lock_file(string stage)
    {
        JsonObject locked = Read(File.ReadAllBytes(Path.Combine(Checkout.Root, "stages", stage, "packages.lock.json")))["dependencies"]!["net10.0"]!.AsObject();
        foreach (JsonNode component in Components(Sbom.Of(Checkout.Root, stage, "amd64", "1.2.3")).Where(IsNuGet))
        {
            JsonNode property = component["properties"]!.AsArray().Single()!;
            Assert.That((string?)property["name"], Is.EqualTo("nuget:contentHash"));
            Assert.That((string?)property["value"], Is.EqualTo((string?)locked[(string)component["name"]!]!["contentHash"]).And.Not.Empty);
        }
    }

    [TestCase("amd64", X64, Arm64)]
    [TestCase("arm64", Arm64, X64)]
    public void Sbom_holds_the_native_library_of_its_architecture_with_the_hash_of_npm(string architecture, string name, string other)
    {
        string text = Encoding.UTF8.GetString(Sbom.Of(Checkout.Root, "email", architecture, "1.2.3"));
        JsonNode library = Components(Encoding.UTF8.GetBytes(text)).Single(c => (string?)c["name"] == name);
        JsonNode locked = Read(File.ReadAllBytes(Path.Combine(Checkout.Root, "shared", "Tables", "native", "package-lock.json")))["packages"]![$"node_modules/@duckdb/{name}"]!;
        byte[] hash = Convert.FromHexString((string)library["hashes"]![0]!["content"]!);
        Assert.Multiple(() =>
        {
            Assert.That($"sha512-{Convert.ToBase64String(hash)}", Is.EqualTo((string?)locked["integrity"]));
            Assert.That((string?)library["purl"], Is.EqualTo($"pkg:npm/%40duckdb/{name}@{locked["version"]}"));
            Assert.That((string?)library["licenses"]![0]!["license"]!["id"], Is.EqualTo("MIT"));
            Assert.That(text, Does.Not.Contain($"{other}@"));
        });
    }

    /// <summary>Every reference is that of a component, and every component is needed by something.</summary>
    [TestCaseSource(nameof(StageNames))]
    public void Sbom_says_what_needs_what(string stage)
    {
        byte[] document = Sbom.Of(Checkout.Root, stage, "amd64", "1.2.3");
        string[] references = [.. Components(document).Select(c => (string)c["bom-ref"]!)];
        Dictionary<string, string[]> needs = Read(document)["dependencies"]!.AsArray()
            .ToDictionary(d => (string)d!["ref"]!, d => d!["dependsOn"]!.AsArray().Select(n => (string)n!).ToArray());
        var reached = new HashSet<string>();
        var open = new Stack<string>([$"pipeline-{stage}"]);
        while (open.TryPop(out string? reference))
        {
            foreach (string next in needs[reference].Where(reached.Add))
                open.Push(next);
        }
        Assert.That(reached, Is.EquivalentTo(references));
        Assert.That(needs.Keys, Is.EquivalentTo(references.Append($"pipeline-{stage}")));
    }

    [Test]
    public void Sbom_is_CycloneDX_and_has_neither_time_nor_serial_number()
    {
        JsonNode document = Read(Sbom.Of(Checkout.Root, "email", "amd64", "1.2.3"));
        Assert.Multiple(() =>
        {
            Assert.That((string?)document["bomFormat"], Is.EqualTo("CycloneDX"));
            Assert.That((string?)document["specVersion"], Is.EqualTo("1.6"));
            Assert.That((string?)document["metadata"]!["component"]!["name"], Is.EqualTo("pipeline-email"));
            Assert.That((string?)document["metadata"]!["component"]!["version"], Is.EqualTo("1.2.3"));
            Assert.That(document["serialNumber"], Is.Null);
            Assert.That(document["metadata"]!["timestamp"], Is.Null);
        });
    }

    [Test]
    public void Command_writes_the_same_bytes_every_time_to_a_file_and_to_stdout()
    {
        using var folder = new TempFolder();
        string file = folder.File("sbom.json");
        StageResult written = StageRunner.Run("Cli", "sbom", "--stage", "email", "--sources", Checkout.Root, "--architecture", "arm64", "--output", file);
        StageResult shown = StageRunner.Run("Cli", "sbom", "--stage", "email", "--sources", Checkout.Root, "--architecture", "arm64");
        Assert.That(written.ExitCode, Is.Zero, written.Error);
        Assert.That(shown.Output, Is.EqualTo(File.ReadAllText(file)).And.Not.Empty);
        Assert.That(written.Output, Is.Empty);
    }

    [TestCase("--stage mail --sources {root}", "no stage 'mail'", "load, transform, train, email, inject")]
    [TestCase("--stage email --sources {root} --architecture s390x", "'s390x'", "amd64 and arm64")]
    [TestCase("--stage email --sources {empty}", "packages.lock.json", "--sources")]
    [TestCase("--stage email --sources {broken}", "packages.lock.json", "not a lock file")]
    public void What_is_not_there_is_said_in_one_sentence(string arguments, params string[] words)
    {
        using var folder = new TempFolder();
        folder.Write("stages/email/packages.lock.json", """{ "version": 2 }""");
        string[] line = [.. arguments.Split(' ').Select(a => a.Replace("{root}", Checkout.Root, StringComparison.Ordinal)
            .Replace("{empty}", folder.File("nowhere"), StringComparison.Ordinal).Replace("{broken}", folder.Path, StringComparison.Ordinal))];
        StageResult result = StageRunner.Run("Cli", ["sbom", .. line]);
        Assert.That(result.ExitCode, Is.EqualTo((int)ExitCode.Usage));
        Assert.That(result.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries), Has.Length.EqualTo(1));
        foreach (string word in words)
            Assert.That(result.Error, Does.Contain(word));
    }

    private static bool IsNuGet(JsonNode component) => ((string)component["purl"]!).StartsWith("pkg:nuget/", StringComparison.Ordinal);

    private static JsonNode[] Components(byte[] document) => [.. Read(document)["components"]!.AsArray().Select(c => c!)];

    private static JsonNode Read(byte[] json) => JsonNode.Parse(json)!;
}

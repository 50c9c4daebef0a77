using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using Pipeline.Contracts;
using Pipeline.Flow;
using Pipeline.Testing;

namespace Pipeline.Aws.Tests.Images;

/// <summary>What is in the images, and what is not.</summary>
internal sealed class ImageTests
{
    private static readonly string[] Shells = ["sh", "bash", "dash", "ash", "ksh", "zsh", "csh", "tcsh", "fish", "busybox", "toybox", "pwsh"];
    private static readonly string[] Tools = ["apt", "apt-get", "dpkg", "rpm", "dnf", "apk", "curl", "wget", "nc", "perl", "python3", "node", "npm"];

    /// <summary>The base has none; this fails as soon as a stage brings one, or needs a command to be run while its image is built.</summary>
    [TestCaseSource(typeof(Stages), nameof(Stages.All))]
    public void Image_has_no_shell_and_brings_nothing_but_the_stage(StageContract stage)
    {
        Podman podman = StageImages.Podman;
        string[] files = FilesOf(podman, StageImages.NameOf(stage)), bare = FilesOf(podman, StageImages.Base);
        string[] brought = [.. files.Except(bare)];
        Assert.Multiple(() =>
        {
            Assert.That(files.Where(f => Shells.Concat(Tools).Contains(Path.GetFileName(f))), Is.Empty);
            Assert.That(brought, Has.All.StartsWith("app/"));
            Assert.That(brought, Does.Contain($"app/Pipeline.{ProjectOf(stage)}.dll").And.Contains("app/libduckdb.so").And.Contains("app/duckdb.LICENSE").And.Contains("app/sbom.json"));
            Assert.That(brought.Select(Path.GetExtension).Distinct(), Is.SubsetOf(new[] { ".dll", ".pdb", ".json", ".so", ".LICENSE" }));
        });
        // Podman's own words for a program that is not there.
        Assert.That(podman.Try("run", "--rm", "--network", "none", "--entrypoint", "/bin/sh", StageImages.NameOf(stage), "-c", "true").ExitCode, Is.EqualTo(127));
    }

    /// <summary>So a run can go on in the image where the desk left it, and the other way round: the fingerprint holds the code.</summary>
    [TestCaseSource(typeof(NightlyFlow), nameof(NightlyFlow.Stages))]
    public void Image_holds_the_assemblies_and_the_library_of_the_desk(FlowStage flow)
    {
        string[] expected = [.. Directory.EnumerateFiles(StageImages.BuiltHere(flow)).Where(f => Path.GetExtension(f) is ".dll" or ".so")];
        WithFiles(StageImages.Podman, StageImages.NameOf(flow.Stage), root =>
        {
            foreach (string file in expected)
                Assert.That(File.ReadAllBytes(Path.Combine(root, "app", Path.GetFileName(file))).AsSpan().SequenceEqual(File.ReadAllBytes(file)), Is.True, file);
            return expected.Length;
        });
        Assert.That(expected, Has.Length.GreaterThan(10));
    }

    [TestCaseSource(typeof(Stages), nameof(Stages.All))]
    public void Image_says_who_runs_what(StageContract stage)
    {
        JsonNode image = JsonNode.Parse(StageImages.Podman.Must("image", "inspect", StageImages.NameOf(stage)))![0]!;
        JsonNode config = image["Config"]!, labels = config["Labels"]!;
        string[] environment = [.. config["Env"]!.AsArray().Select(v => (string)v!)];
        Assert.Multiple(() =>
        {
            Assert.That(config["Entrypoint"]!.AsArray().Select(word => (string?)word), Is.EqualTo(new[] { "dotnet", $"/app/Pipeline.{ProjectOf(stage)}.dll" }));
            // Those of the base would come before the stage's options.
            Assert.That(config["Cmd"], Is.Null);
            Assert.That((string?)config["User"], Is.EqualTo("1654:1654"));
            Assert.That(config["Volumes"]!.AsObject().Select(v => v.Key), Is.EqualTo(new[] { "/tmp" }));
            Assert.That(
                environment,
                Does.Contain("DOTNET_DbgEnableMiniDump=0").And.Contains("DOTNET_EnableDiagnostics=0").And.Contains("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1"));
            Assert.That((string?)labels["org.opencontainers.image.title"], Is.EqualTo($"pipeline-{stage}"));
            Assert.That((string?)labels["org.opencontainers.image.version"], Is.EqualTo(StageImages.Version));
            Assert.That((string?)labels["org.opencontainers.image.revision"], Does.Match("^([0-9a-f]{40}|unknown)$"));
            Assert.That((string?)labels["org.opencontainers.image.source"], Is.EqualTo(StageImages.Source));
            Assert.That((string?)labels["sbom.cyclonedx"], Is.EqualTo("/app/sbom.json"));
        });
    }

    [TestCaseSource(typeof(Stages), nameof(Stages.All))]
    public void Image_holds_its_SBOM_where_the_label_says(StageContract stage)
    {
        Podman podman = StageImages.Podman;
        string container = podman.Must("create", StageImages.NameOf(stage));
        using var folder = new TempFolder();
        podman.Must("cp", $"{container}:/app/sbom.json", folder.File("sbom.json"));
        podman.Must("rm", "--volumes", container);
        Assert.That(File.ReadAllText(folder.File("sbom.json")), Is.EqualTo(StageImages.SbomOf(stage)));
    }

    /// <summary>The image of another architecture cannot be run here, but what differs in it can be looked at.</summary>
    [TestCase("amd64", 62)]
    [TestCase("arm64", 183)]
    public void Every_architecture_gets_its_own_library_and_SBOM(string architecture, int machine)
    {
        if (!StageImages.FromSources)
            Assert.Ignore("The stages of the Dockerfile that fetch and compile take minutes: set PIPELINE_IMAGES_FROM_SOURCES=1 to have them run.");
        using var folder = new TempFolder();
        Podman podman = StageImages.Podman;
        // Podman 4 does not set it.
        string here = $"linux/{(RuntimeInformation.OSArchitecture == Architecture.X64 ? "amd64" : "arm64")}";
        string[] Build(string target) =>
            ["build", "--platform", $"linux/{architecture}", "--build-arg", $"BUILDPLATFORM={here}", .. StageImages.SourceArguments(podman), "--target", target, "--tag", $"localhost/{target}-{architecture}", Checkout.Root];
        podman.Must(Build("duckdb"));
        podman.Must(Build("sbom"));
        // The field e_machine of an ELF file.
        byte[] library = WithFiles(podman, $"localhost/duckdb-{architecture}", root => File.ReadAllBytes(Path.Combine(root, "duckdb", "libduckdb.so")));
        string sbom = WithFiles(podman, $"localhost/sbom-{architecture}", root => File.ReadAllText(Path.Combine(root, "out", "email.sbom.json")));
        Assert.That(BinaryPrimitives.ReadUInt16LittleEndian(library.AsSpan(18)), Is.EqualTo(machine));
        Assert.That(sbom, Is.EqualTo(StageImages.SbomOf(Stages.Email, architecture)));
    }

    private static string ProjectOf(StageContract stage) => NightlyFlow.Stages.Single(flow => flow.Stage == stage).Project;

    private static string[] FilesOf(Podman podman, string image) => WithFiles(podman, image, root => (string[])
        [.. Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(root, f))]);

    private static T WithFiles<T>(Podman podman, string image, Func<string, T> read)
    {
        string root = podman.Must("image", "mount", image);
        try
        {
            return read(root);
        }
        finally
        {
            podman.Must("image", "unmount", image);
        }
    }
}

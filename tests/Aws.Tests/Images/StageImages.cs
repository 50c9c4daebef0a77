using System.Diagnostics;
using System.Xml.Linq;
using Pipeline.Contracts;
using Pipeline.Flow;
using Pipeline.Testing;

namespace Pipeline.Aws.Tests.Images;

/// <summary>
/// The images of all stages, built once by <c>./pipeline images</c>. Nothing is pulled: a base made of this machine's files stands in for the
/// runtime's, and what the build left in <c>artifacts</c> for the Dockerfile's stages that compile and fetch. With
/// PIPELINE_IMAGES_FROM_SOURCES=1 these run, too, on this machine's /usr; that takes a minute or two more.
/// </summary>
[SetUpFixture]
internal sealed class StageImages
{
    public const string Source = "https://example.com/pipeline", Base = "localhost/stand-in-runtime";
    public const int User = 1654;

    /// <summary>The one all projects have.</summary>
    public static readonly string Version = (string)XDocument.Load(Path.Combine(Checkout.Root, "Directory.Build.props")).Descendants("Version").Single();

    private static readonly Lazy<Podman> Built = new(Build);

    /// <summary>Podman with the images in it; the test is skipped where there is no podman.</summary>
    public static Podman Podman => Built.Value;

    /// <summary>The image of a stage.</summary>
    public static string NameOf(StageContract stage) => $"localhost/pipeline/{stage}:{Version}";

    /// <summary>
    /// Runs a stage's image as its task does: as the image's user, with a root that cannot be written, without any right, and without a network
    /// unless the options name one.
    /// </summary>
    /// <param name="stage">The stage.</param>
    /// <param name="folder">What is at /data in the container, writable.</param>
    /// <param name="arguments">The stage's command line.</param>
    /// <param name="options">Further options of podman.</param>
    public static StageResult Run(StageContract stage, TempFolder folder, IEnumerable<string> arguments, params string[] options)
    {
        using Process process = Start(stage, folder, arguments, options);
        return Processes.Finish(process);
    }

    /// <summary>As <see cref="Run"/>, without waiting.</summary>
    public static Process Start(StageContract stage, TempFolder folder, IEnumerable<string> arguments, params string[] options)
    {
        Podman podman = Podman;
        Assert.That(Processes.Run("chown", ["-R", $"{User}:{User}", folder.Path]).ExitCode, Is.Zero);
        return podman.Start(
        [
            "run", "--rm", .. options.Contains("--network") ? [] : new[] { "--network", "none" }, "--memory", "512m",
            "--read-only", "--read-only-tmpfs=false", "--tmpfs", "/tmp:rw,size=64m,mode=1777", "--cap-drop", "all", "--security-opt", "no-new-privileges", "--volume", $"{folder.Path}:/data:rw", .. options, NameOf(stage), .. arguments,
        ]);
    }

    [OneTimeTearDown]
    public void Remove()
    {
        if (Built.IsValueCreated)
            Built.Value.Dispose();
    }

    private static Podman Build()
    {
        Podman podman = Podman.Open();
        try
        {
            using var folder = new TempFolder();
            MakeBase(podman, folder);
            Dictionary<string, string> environment = podman.Environment;
            environment["CONTAINER_ENGINE"] = podman.Command;
            StageResult result = Processes.Run(
                Path.Combine(Checkout.Root, "pipeline"),
                [
                    "images", "--build-arg", $"RUNTIME={Base}", "--build-arg", $"SOURCE={Source}",
                    .. FromSources ? SourceArguments(podman) : UseArtifacts(folder),
                ],
                environment);
            Assert.That(result.ExitCode, Is.Zero, result.Output + result.Error);
            return podman;
        }
        catch
        {
            podman.Dispose();
            throw;
        }
    }

    /// <summary>Whether the stages of the Dockerfile run that compile and fetch.</summary>
    public static bool FromSources => Environment.GetEnvironmentVariable("PIPELINE_IMAGES_FROM_SOURCES") == "1";

    private static void MakeBase(Podman podman, TempFolder folder)
    {
        Import(
            podman, folder, "stand-in-runtime", Base,
            "ENV PATH=/usr/bin", "ENV APP_UID=1654", "ENV DOTNET_RUNNING_IN_CONTAINER=true", "USER 1654", "ENTRYPOINT [\"/usr/bin/dotnet\"]", "CMD [\"--info\"]");
        // With nothing of ours in it: where not even this runs, the machine forbids containers, and says how.
        StageResult probe = podman.Try("run", "--rm", "--network", "none", Base, "--list-runtimes");
        if (probe.ExitCode is 125 or 126 or 127)
            Assert.Ignore($"podman cannot run a container here: {probe.Error.Trim()}");
    }

    private static void Import(Podman podman, TempFolder folder, string script, string name, params string[] changes)
    {
        string files = folder.File(script), archive = folder.File($"{script}.tar");
        StageResult made = Processes.Run(Path.Combine(Checkout.Root, "tests", "Aws.Tests", "Images", script), [files]);
        Assert.That(made.ExitCode, Is.Zero, made.Error);
        Assert.That(Processes.Run("tar", ["-C", files, "-cf", archive, "."]).ExitCode, Is.Zero);
        podman.Must(["import", .. changes.SelectMany(change => new[] { "--change", change }), archive, name]);
    }

    /// <summary>For the Dockerfile's stages that compile and fetch: this machine's programs, and the packages it has.</summary>
    public static string[] SourceArguments(Podman podman)
    {
        const string Name = "localhost/stand-in-sdk";
        if (podman.Try("image", "exists", Name).ExitCode != 0)
        {
            using var folder = new TempFolder();
            Import(podman, folder, "stand-in-sdk", Name, "ENV PATH=/usr/bin", "ENV HOME=/root");
        }
        string packages = Environment.GetEnvironmentVariable("NUGET_PACKAGES")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        return
        [
            "--pull=never", "--network=host", "--build-arg", $"SDK={Name}", "--build-arg", $"NODE={Name}",
            "--volume", "/usr:/usr:ro", "--volume", $"{packages}:/root/.nuget/packages:O",
        ];
    }

    /// <summary>What the Dockerfile's stages <c>build</c>, <c>sbom</c> and <c>duckdb</c> would leave, where they leave it.</summary>
    private static string[] UseArtifacts(TempFolder folder)
    {
        Directory.CreateDirectory(folder.File("duckdb/duckdb"));
        foreach (FlowStage flow in NightlyFlow.Stages)
        {
            string built = BuiltHere(flow), to = folder.File($"build/out/{flow.Stage}");
            Directory.CreateDirectory(to);
            foreach (string file in Directory.EnumerateFiles(built).Where(f => Path.GetExtension(f) is ".dll" or ".json"))
                File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
            foreach (string file in Directory.EnumerateFiles(built, "*duckdb*"))
                File.Copy(file, Path.Combine(folder.File("duckdb/duckdb"), Path.GetFileName(file)), overwrite: true);
            folder.Write($"sbom/out/{flow.Stage}.sbom.json", SbomOf(flow.Stage));
        }
        return ["--pull=never", "--network=none", .. new[] { "build", "sbom", "duckdb" }.SelectMany(stage => new[] { "--build-context", $"{stage}={folder.File(stage)}" })];
    }

    /// <summary>The folder with a stage's program, built beside this assembly.</summary>
    public static string BuiltHere(FlowStage flow)
    {
        var tests = new DirectoryInfo(AppContext.BaseDirectory);
        return Path.Combine(tests.Parent!.Parent!.FullName, flow.Project, tests.Name);
    }

    /// <summary>What the tool says is in the stage.</summary>
    /// <param name="stage">The stage.</param>
    /// <param name="architecture">Another one than this machine's.</param>
    public static string SbomOf(StageContract stage, string? architecture = null)
    {
        StageResult sbom = StageRunner.Run(
            "Cli", ["sbom", "--stage", stage.Name, "--sources", Checkout.Root, .. architecture is null ? [] : new[] { "--architecture", architecture }]);
        Assert.That(sbom.ExitCode, Is.Zero, sbom.Error);
        return sbom.Output;
    }
}

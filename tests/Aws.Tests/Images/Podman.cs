using System.Diagnostics;
using Pipeline.Testing;

namespace Pipeline.Aws.Tests.Images;

/// <summary>
/// Podman with a storage of its own, which is gone with it. As root only: without, it needs settings of the machine that tests cannot make.
/// <c>./pipeline tools</c> installs it on Debian.
/// </summary>
internal sealed class Podman : IDisposable
{
    private readonly TempFolder folder = new();

    private Podman() => folder.Write("containers.conf", "[engine]\nruntime = \"runc\"\n[network]\nnetwork_backend = \"netavark\"\n"
        // Never above what this process may have itself, which podman would try.
        + "[containers]\ndefault_ulimits = [\"nofile=1024:1024\", \"nproc=1024:1024\"]\n");

    /// <summary>How to call it from a shell.</summary>
    public string Command => string.Join(' ', Line([]).Prepend("podman"));

    /// <summary>What it takes besides.</summary>
    public Dictionary<string, string> Environment => new() { ["CONTAINERS_CONF"] = folder.File("containers.conf") };

    /// <summary>Makes one, or skips the test and says why.</summary>
    public static Podman Open()
    {
        const string Way = "'./pipeline tools' installs it as root on Debian.";
        if (!OperatingSystem.IsLinux() || !System.Environment.IsPrivilegedProcess)
            Assert.Ignore("Images are built and run by podman as root on Linux, and this is another user or system.");
        foreach (string program in (string[])["podman", "runc"])
        {
            if (!(System.Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(path => File.Exists(Path.Combine(path, program))))
                Assert.Ignore($"{program} is not installed, which images are built and run with: {Way}");
        }
        return new Podman();
    }

    /// <summary>Calls it.</summary>
    public StageResult Try(params IEnumerable<string> arguments) => Processes.Run("podman", Line(arguments), Environment);

    /// <summary>Calls it, and the test fails unless it succeeds.</summary>
    /// <returns>Its output.</returns>
    public string Must(params IEnumerable<string> arguments)
    {
        StageResult result = Try(arguments);
        Assert.That(result.ExitCode, Is.Zero, $"podman {string.Join(' ', arguments)}: {result.Error}");
        return result.Output.Trim();
    }

    /// <summary>Starts it and does not wait.</summary>
    public Process Start(params IEnumerable<string> arguments) => Processes.Start("podman", Line(arguments), Environment);

    /// <summary>Removes containers, images and the mount that podman leaves on its storage.</summary>
    public void Dispose()
    {
        Try("rm", "--all", "--force", "--volumes");
        Try("rmi", "--all", "--force");
        Processes.Run("umount", [folder.File("storage/overlay")]);
        folder.Dispose();
    }

    // By options and not by a file: what podman starts when a container ends does not get the file's name.
    private string[] Line(IEnumerable<string> arguments) => ["--root", folder.File("storage"), "--runroot", folder.File("run"), .. arguments];
}

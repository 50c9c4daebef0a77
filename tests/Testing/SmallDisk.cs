using System.Diagnostics;
using NUnit.Framework;

namespace Pipeline.Testing;

/// <summary>A file system of one megabyte, if this user may make one.</summary>
public sealed class SmallDisk : IDisposable
{
    private readonly string path;

    private SmallDisk(string path) => this.path = path;

    /// <summary>Puts it at a place, or skips the test.</summary>
    public static SmallDisk Mount(string path)
    {
        Directory.CreateDirectory(path);
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess || Start("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", path) != 0)
            Assert.Ignore("No small file system can be mounted here.");
        return new SmallDisk(path);
    }

    public void Dispose() => Start("umount", path);

    private static int Start(string program, params string[] args)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, args) { RedirectStandardError = true })!;
        process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode;
    }
}

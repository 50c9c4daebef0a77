using System.Diagnostics;
using Pipeline.Testing;

namespace Pipeline.EndToEnd.Tests;

/// <summary>What the script says on a machine that lacks something. It is copied beside nothing, so it never gets as far as building.</summary>
[Platform(Exclude = "Win", Reason = "The script is for bash.")]
internal sealed class ScriptTests
{
    private static readonly string[] Tools = ["bash", "dirname", "find", "cut", "paste", "mkdir", "touch", "cat", "basename"];

    private TempFolder folder = null!;

    [SetUp]
    public void CopyScript()
    {
        folder = new TempFolder();
        foreach (string name in (string[])["pipeline", "global.json"])
            File.Copy(Path.Combine(Checkout.Root, name), folder.File(name));
        Directory.CreateDirectory(folder.File("bin"));
        foreach (string tool in Tools)
            Offer(tool);
    }

    [TearDown]
    public void Remove() => folder.Dispose();

    [Test]
    public void Missing_sdk_is_named() => MustSay("the .NET SDK 10 is missing: install it from https://dot.net");

    [Test]
    public void Sdk_that_is_too_old_is_named_with_what_is_there()
    {
        Offer("dotnet");
        File.WriteAllText(folder.File("global.json"), """{ "sdk": { "version": "99.0.100" } }""");
        MustSay("the .NET SDK 10 is missing, there is only 10.0.");
    }

    [Test]
    public void Missing_npm_is_named_with_the_way_around_it()
    {
        Offer("dotnet");
        MustSay("npm is missing", "https://nodejs.org", "DuckDbLibraryPath");
    }

    private void MustSay(params string[] words)
    {
        var start = new ProcessStartInfo(folder.File("bin/bash"), [folder.File("pipeline"), "demo"]) { RedirectStandardError = true };
        start.Environment["PATH"] = folder.File("bin");
        start.Environment.Remove("DuckDbLibraryPath");
        using Process process = Process.Start(start)!;
        string error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.That(process.ExitCode, Is.EqualTo(2), error);
        Assert.That(error.Trim().Split('\n'), Has.Length.EqualTo(1), error);
        foreach (string word in words)
            Assert.That(error, Does.StartWith("pipeline: ").And.Contain(word));
    }

    private void Offer(string tool)
    {
        string found = Environment.GetEnvironmentVariable("PATH")!.Split(':').Select(p => Path.Combine(p, tool)).First(File.Exists);
        File.CreateSymbolicLink(folder.File($"bin/{tool}"), found);
    }
}

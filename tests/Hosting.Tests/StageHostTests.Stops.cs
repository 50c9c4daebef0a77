namespace Pipeline.Hosting.Tests;

public sealed class StageHostStopsTests : StageTests
{
    private Dictionary<string, string> Undisturbed()
    {
        Succeeded(StageProcess.Run("make", "--run", At("undisturbed"), "--rows", "1000"));
        return ContentOf(At("undisturbed"), MadeFolder);
    }

    [TestCase("TERM")]
    [TestCase("INT")]
    public void Stage_told_to_stop_leaves_nothing_half_done(string signal)
    {
        if (OperatingSystem.IsWindows())
            Assert.Ignore("There are no signals here.");
        using StageProcess process = MakeStaying("--rows", "1000");
        Assert.That(FilesOf(MadeFolder), Does.Contain("numbers/part-00000.parquet"));

        process.Send(signal);

        // The file it stays for never comes: only the signal can have ended it.
        StageResult result = process.Wait();
        Assert.That(result.Code, Is.EqualTo(143));
        Assert.That(result.Error, Is.EqualTo($"make: Told to stop. Start it again: nothing half-done is left.{Environment.NewLine}"));
        Assert.That(FilesOf(MadeFolder), Is.EqualTo(new[] { ".lease", "error.json" }));
        Assert.That(ErrorOf(MadeFolder).GetProperty("code").GetInt32(), Is.EqualTo(143));

        Succeeded(Make("--rows", "1000"));
        Assert.That(ContentOf(Run, MadeFolder), Is.EqualTo(Undisturbed()));
        Assert.That(HasError(MadeFolder), Is.False);
    }

    [Test]
    public void Stage_told_to_stop_while_it_replaces_an_output_leaves_no_manifest()
    {
        if (OperatingSystem.IsWindows())
            Assert.Ignore("There are no signals here.");
        Succeeded(Make());
        using StageProcess process = MakeStaying("--rows", "1000", "--overwrite");

        process.Send("TERM");

        Assert.That(process.Wait().Code, Is.EqualTo(143));
        Assert.That(FilesOf(MadeFolder), Is.EqualTo(new[] { ".lease", "error.json" }));
    }

    [Test]
    public void Stage_killed_while_it_writes_can_be_started_again_and_gives_the_same_bytes()
    {
        if (OperatingSystem.IsWindows())
            Assert.Ignore("There are no signals here.");
        using StageProcess process = MakeStaying("--rows", "1000");

        process.Send("KILL");

        Assert.That(process.Wait().Code, Is.EqualTo(137));
        Assert.That(FilesOf(MadeFolder), Is.EqualTo(new[] { ".lease", ".writing-half.bin", "numbers/part-00000.parquet" }), "the leftovers");
        // Those above have the names that the next start writes under, too; this one has not.
        File.WriteAllText(Path.Combine(Run, MadeFolder, "numbers/.writing-part-00009.parquet"), "left by another version");

        Succeeded(Make("--rows", "1000"));
        Assert.That(ContentOf(Run, MadeFolder), Is.EqualTo(Undisturbed()), "the same files with the same bytes");
    }

    [Test]
    public void Second_start_is_refused_while_the_first_works_and_does_not_disturb_it()
    {
        using StageProcess first = MakeStaying("--rows", "1000");
        string[] files = FilesOf(MadeFolder);

        StageResult second = Make("--rows", "1000");
        StageResult third = Make("--rows", "4", "--overwrite");

        Assert.That(new[] { second.Code, third.Code }, Is.All.EqualTo(5));
        Assert.That(second.Error, Is.EqualTo(
            $"make: Another process is writing '{Path.Combine(Run, MadeFolder)}'. Wait until it ends, or stop it.{Environment.NewLine}"));
        Assert.That(FilesOf(MadeFolder), Is.EqualTo(files), "not even an error is left in the other's folder");
        File.WriteAllText(At("go"), "");
        Succeeded(first.Wait());
        Assert.That(ContentOf(Run, MadeFolder), Is.EqualTo(Undisturbed()));
    }

    [Test]
    public void Error_that_a_wrong_start_left_meanwhile_does_not_outlive_the_success()
    {
        using StageProcess first = MakeStaying();
        Assert.That(Make("--rows", "many").Code, Is.EqualTo(2));

        File.WriteAllText(At("go"), "");

        Succeeded(first.Wait());
        Assert.That(HasManifest(MadeFolder));
        Assert.That(HasError(MadeFolder), Is.False);
    }
}

namespace Pipeline.Hosting.Tests;

public sealed class StageHostEarlierTests : StageTests
{
    private string Earlier => At("earlier");

    private StageResult MakeEarlier(params string[] args) => StageProcess.Run("make", ["--run", Earlier, .. args]);

    [Test]
    public void Stage_gets_the_file_it_left_in_an_earlier_run()
    {
        Succeeded(MakeEarlier("--note-bytes", "77"));

        StageResult result = Make("--since", Earlier);

        Succeeded(result);
        Assert.That(result.Output[^1], Does.Contain("\"earlier_bytes\":77"));
    }

    [Test]
    public void What_it_left_there_decides_and_not_where_it_lies()
    {
        Succeeded(MakeEarlier("--note-bytes", "77"));
        Succeeded(Make("--since", Earlier));
        Directory.Move(Earlier, At("moved"));
        Assert.That(Make("--since", At("moved")).Output, Has.One.Contains("already done"));

        Succeeded(MakeEarlier("--note-bytes", "78"));
        Assert.That(Make("--since", Earlier).Code, Is.EqualTo(6));
        Assert.That(Make().Code, Is.EqualTo(6));
    }

    [Test]
    public void Run_that_is_not_there_is_no_earlier_run() => MustBeRefused("nowhere", "is no run in which make has finished");

    [Test]
    public void Run_that_did_not_finish_is_no_earlier_run()
    {
        Assert.That(MakeEarlier("--fail", "refused").Code, Is.EqualTo(3));
        MustBeRefused("earlier", "is no run in which make has finished");
    }

    [Test]
    public void Run_with_a_damaged_manifest_is_no_earlier_run()
    {
        Succeeded(MakeEarlier());
        File.WriteAllText(Path.Combine(Earlier, MadeFolder, "_manifest.json"), "{");
        MustBeRefused("earlier", "cannot be read", "is not a whole manifest");
    }

    [Test]
    public void Run_whose_file_was_changed_is_no_earlier_run()
    {
        Succeeded(MakeEarlier());
        File.WriteAllText(Path.Combine(Earlier, MadeFolder, "note.bin"), "other");
        MustBeRefused("earlier", "cannot be read", "is not what its manifest says");
    }

    [Test]
    public void Run_of_another_program_is_no_earlier_run()
    {
        Succeeded(MakeEarlier());
        string manifest = Path.Combine(Earlier, MadeFolder, "_manifest.json");
        File.WriteAllText(manifest, File.ReadAllText(manifest).Replace("\"stage\": \"make\"", "\"stage\": \"bake\"", StringComparison.Ordinal));
        MustBeRefused("earlier", "make left no note.bin there");
    }

    [Test]
    public void File_is_no_earlier_run()
    {
        File.WriteAllText(Earlier, "");
        MustBeRefused("earlier", "is a file");
    }

    [Test]
    public void Run_cannot_be_compared_with_itself()
    {
        Succeeded(Make());
        StageResult result = Make("--overwrite", "--since", Run + Path.DirectorySeparatorChar);
        Assert.That((result.Code, result.Error), Is.EqualTo((2, $"make: --since '{Run}{Path.DirectorySeparatorChar}' is this run itself. Name an earlier one.{Environment.NewLine}")));
        Assert.That(HasManifest(MadeFolder), Is.True, "nothing is lost");
    }

    private void MustBeRefused(string earlier, params string[] words)
    {
        StageResult result = Make("--since", At(earlier));
        Assert.That(result.Code, Is.EqualTo(2), result.Error);
        Assert.That(result.Error.Trim().Split('\n'), Has.Length.EqualTo(1));
        foreach (string word in words)
            Assert.That(result.Error, Does.Contain(word));
        Assert.That(HasManifest(MadeFolder), Is.False);
    }
}

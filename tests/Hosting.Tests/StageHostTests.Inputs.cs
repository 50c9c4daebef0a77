namespace Pipeline.Hosting.Tests;

public sealed class StageHostInputsTests : StageTests
{
    [Test]
    public void Stage_reads_what_the_one_before_wrote()
    {
        Succeeded(Make("--rows", "10"));

        StageResult result = Copy();

        Succeeded(result);
        Assert.That(result.Output[^1], Does.Contain("\"rows_in\":10").And.Contain("\"rows_kept\":10"));
        Assert.That(FilesOf(CopiedFolder), Is.EqualTo(new[] { ".lease", "_manifest.json", "numbers.parquet" }));
    }

    [Test]
    public void Missing_input_names_the_stage_to_run()
    {
        StageResult result = Copy();

        Assert.That(result.Code, Is.EqualTo(2));
        Assert.That(result.Error, Is.EqualTo(
            $"copy: '{Path.Combine(Run, MadeFolder)}' holds no finished output. Run make first, with the same --run.{Environment.NewLine}"));
        Assert.That(ErrorOf(CopiedFolder).GetProperty("hint").GetString(), Is.EqualTo("Run make first, with the same --run."));
        Assert.That(Directory.Exists(Path.Combine(Run, MadeFolder)), Is.False, "what is read is not made");
    }

    [Test]
    public void Input_without_a_manifest_is_no_input()
    {
        Succeeded(Make());
        File.Delete(Path.Combine(Run, MadeFolder, "_manifest.json"));

        Assert.That(Copy().Code, Is.EqualTo(2));
    }

    [Test]
    public void Damaged_input_is_refused()
    {
        Succeeded(Make());
        string part = Path.Combine(Run, MadeFolder, "numbers/part-00001.parquet");
        byte[] content = File.ReadAllBytes(part);
        content[20] ^= 1;
        File.WriteAllBytes(part, content);

        StageResult result = Copy();

        Assert.That(result.Code, Is.EqualTo(3));
        Assert.That(result.Error, Is.EqualTo($"copy: '{part}' is not what its manifest says: run make again with --overwrite.{Environment.NewLine}"));
        Assert.That(FilesOf(CopiedFolder), Is.EqualTo(new[] { ".lease", "error.json" }));
    }

    [Test]
    public void Input_with_a_damaged_manifest_is_refused()
    {
        Succeeded(Make());
        string manifest = Path.Combine(Run, MadeFolder, "_manifest.json");
        File.WriteAllText(manifest, File.ReadAllText(manifest)[..100]);

        StageResult result = Copy();

        Assert.That(result.Code, Is.EqualTo(3));
        Assert.That(result.Error, Does.Contain($"'{manifest}' is not a whole manifest"));
    }

    [Test]
    public void Input_of_another_version_of_its_contract_is_refused()
    {
        Succeeded(Make());
        string manifest = Path.Combine(Run, MadeFolder, "_manifest.json");
        string text = File.ReadAllText(manifest);
        Assert.That(text, Does.Contain("numbers/1\""));
        File.WriteAllText(manifest, text.Replace("numbers/1\"", "numbers/2\"", StringComparison.Ordinal));

        StageResult result = Copy();

        Assert.That(result.Code, Is.EqualTo(3));
        Assert.That(result.Error, Is.EqualTo(
            $"copy: '{Path.Combine(Run, MadeFolder, "numbers/part-00000.parquet")}' was written as numbers/2, this version reads numbers/1. "
            + $"Run make again with this version.{Environment.NewLine}"));
    }

    [Test]
    public void Input_that_changed_since_makes_another_output()
    {
        Succeeded(Make("--rows", "10"));
        Succeeded(Copy());
        Assert.That(Copy().Output, Has.One.Contains("already done"));
        Succeeded(Make("--rows", "11", "--overwrite"));

        Assert.That(Copy().Code, Is.EqualTo(6));
        Succeeded(Copy("--overwrite"));
    }

    [Test]
    public void Reading_leaves_the_input_as_it_was()
    {
        Succeeded(Make());
        Dictionary<string, (string, DateTime)> before = StateOf(MadeFolder);

        Succeeded(Copy());

        Assert.That(StateOf(MadeFolder), Is.EqualTo(before));
    }
}

using System.Text.Json;
using Pipeline.Storage;

namespace Pipeline.Hosting.Tests;

public sealed class StageHostTests : StageTests
{
    private static readonly string[] WholeOutput = ["_manifest.json", "note.bin", "numbers/part-00000.parquet", "numbers/part-00001.parquet"];

    [Test]
    public async Task Stage_that_finishes_leaves_its_output_and_a_manifest()
    {
        Succeeded(Make("--rows", "10"));

        Assert.That(FilesOf(MadeFolder), Is.EqualTo((string[])[".lease", .. WholeOutput]));
        StageInput made = await RunFolder.Open(Run).OpenStageAsync(MadeFolder, default);
        Assert.That(await made.IsIntactAsync(default));
        Manifest manifest = made.Manifest;
        Assert.That(manifest.Stage, Is.EqualTo("make"));
        Assert.That(manifest.Files.Select(f => (f.Path, f.Contract, f.Rows)), Is.EqualTo(new (string, string?, long?)[]
        {
            ("note.bin", null, null), ("numbers/part-00000.parquet", "numbers/1", 5), ("numbers/part-00001.parquet", "numbers/1", 5),
        }));
        Assert.That(manifest.Options, Is.EqualTo(new Dictionary<string, string> { ["note-bytes"] = "16", ["rows"] = "10", ["word"] = "row" }));
        Assert.That(manifest.Counters, Is.EqualTo(
            new Dictionary<string, long> { ["rows_in"] = 11, ["rows_kept"] = 10, ["dropped_invented"] = 1, ["parts"] = 2 }));
    }

    [Test]
    public void Second_start_says_already_done_and_rewrites_nothing()
    {
        Succeeded(Make());
        Dictionary<string, (string, DateTime)> before = StateOf(MadeFolder);

        StageResult second = Make();

        Succeeded(second);
        Assert.That(second.Output, Has.Count.EqualTo(1).And.One.Contains("already done"));
        Assert.That(StateOf(MadeFolder), Is.EqualTo(before).And.Count.EqualTo(WholeOutput.Length));
    }

    [TestCase("--threads", "1")]
    [TestCase("--threads", "7")]
    [TestCase("--progress-seconds", "1")]
    [TestCase("--rows", "10")]
    [TestCase("--overwrite", "true")]
    public void Option_that_changes_no_result_leaves_the_fingerprint_as_it_is(string flag, string value)
    {
        Succeeded(Make());

        Assert.That(Make(flag, value).Output, Has.One.Contains("already done"));
    }

    [Test]
    public void Other_option_is_refused_and_the_old_output_stays()
    {
        Succeeded(Make());
        Dictionary<string, (string, DateTime)> before = StateOf(MadeFolder);

        StageResult other = Make("--word", "line");

        Assert.That(other.Code, Is.EqualTo(6));
        Assert.That(other.Error, Is.EqualTo(
            $"make: '{Path.Combine(Run, MadeFolder)}' holds an output of other inputs, options or code. "
            + $"Name a new run folder, or replace the output with --overwrite.{Environment.NewLine}"));
        Assert.That(StateOf(MadeFolder), Is.EqualTo(before));
        Assert.That(ErrorOf(MadeFolder).GetProperty("code").GetInt32(), Is.EqualTo(6));

        Succeeded(Make());
        Assert.That(HasError(MadeFolder), Is.False, "the next start that succeeds removes the error");
    }

    [Test]
    public void Overwrite_replaces_the_output()
    {
        Succeeded(Make("--rows", "20"));
        Succeeded(Make("--rows", "4", "--overwrite"));

        Succeeded(StageProcess.Run("make", "--run", At("fresh"), "--rows", "4"));
        Assert.That(ContentOf(Run, MadeFolder), Is.EqualTo(ContentOf(At("fresh"), MadeFolder)).And.Not.Empty);
    }

    [Test]
    public void Input_file_decides_by_its_name_and_content_and_not_by_its_folder()
    {
        Directory.CreateDirectory(At("elsewhere"));
        File.WriteAllText(At("list.txt"), "one");
        File.WriteAllText(At("elsewhere/list.txt"), "one");
        Succeeded(Make("--list", At("list.txt")));

        Assert.That(Make("--list", At("elsewhere/list.txt")).Output, Has.One.Contains("already done"));

        File.WriteAllText(At("list.txt"), "two");
        Assert.That(Make("--list", At("list.txt")).Code, Is.EqualTo(6));
        Assert.That(Make().Code, Is.EqualTo(6));
    }

    [TestCase("numbers/part-00001.parquet")]
    [TestCase("note.bin")]
    [TestCase("_manifest.json")]
    public void Output_with_a_file_missing_is_written_again(string file)
    {
        Succeeded(Make());
        Dictionary<string, string> before = ContentOf(Run, MadeFolder);
        File.Delete(Path.Combine(Run, MadeFolder, file));

        Succeeded(Make());

        Assert.That(ContentOf(Run, MadeFolder), Is.EqualTo(before));
    }

    [Test]
    public void Output_that_was_changed_is_written_again()
    {
        Succeeded(Make());
        Dictionary<string, string> before = ContentOf(Run, MadeFolder);
        File.AppendAllText(Path.Combine(Run, MadeFolder, "note.bin"), "x");

        Succeeded(Make());

        Assert.That(ContentOf(Run, MadeFolder), Is.EqualTo(before));
    }

    [Test]
    public void Same_options_in_another_run_with_other_threads_give_the_same_bytes()
    {
        Succeeded(Make("--threads", "1"));
        Succeeded(StageProcess.Run("make", "--run", At("other"), "--threads", "3"));

        Assert.That(ContentOf(At("other"), MadeFolder), Is.EqualTo(ContentOf(Run, MadeFolder)));
    }

    [Test]
    public void Options_come_from_the_environment_too()
    {
        using StageProcess process = StageProcess.Start("make", [], ("PIPELINE_RUN", Run), ("PIPELINE_ROWS", "4"), ("PIPELINE_NOTE_BYTES", "3"));

        Succeeded(process.Wait());
        Assert.That(Make("--rows", "4", "--note-bytes", "3").Output, Has.One.Contains("already done"));
    }

    [Test]
    public void Rows_that_no_counter_mentions_are_a_bug_and_no_output()
    {
        StageResult result = Make("--lost-rows", "2");

        Assert.That(result.Code, Is.EqualTo(1));
        Assert.That(result.Error, Does.StartWith("make: 11 rows came in, but 8 kept and 1 dropped"));
        Assert.That(FilesOf(MadeFolder), Is.EqualTo(new[] { ".lease", "error.json" }));
    }

    [Test]
    public void Description_is_JSON_with_the_options_and_all_mistakes()
    {
        StageResult result = StageProcess.Run("make", "--describe-options", "--rows", "many", "--fail", "perhaps");

        Succeeded(result);
        StageDescription description = StageDescription.Parse(string.Join('\n', result.Output));
        Assert.That((description.Stage, description.Summary), Is.EqualTo(("make", "Writes numbers.")));
        Assert.That(description.Options.Select(o => o.Name), Is.EqualTo(new[]
        {
            "run", "overwrite", "threads", "progress-seconds", "s3-kms-key", "metrics", "rows", "word", "list", "since", "note-bytes", "lost-rows", "stay-until", "fail",
        }));
        Assert.That(description.Options[6], Is.EqualTo(new OptionDescription("rows", "N", "Rows to write. From 0 to 10000000. Default: 10.", false)));
        Assert.That(description.Options.Where(o => o.IsFlag).Select(o => o.Name), Is.EqualTo(new[] { "overwrite" }));
        Assert.That(description.Mistakes, Is.EqualTo(new[]
        {
            "--run is missing: give it, or set PIPELINE_RUN.",
            "--rows 'many' must be a whole number, from 0 to 10000000.",
            "--fail 'perhaps' must be one of no, refused, csv, memory, bug.",
        }));
        JsonElement option = JsonElement.Parse(result.Output[0]).GetProperty("options")[0];
        Assert.That(option.EnumerateObject().Select(p => p.Name), Is.EqualTo(new[] { "name", "value", "help", "is_flag" }));
    }

    [Test]
    public void Help_lists_each_option_with_its_range_and_default()
    {
        StageResult result = StageProcess.Run("make", "--help");

        Succeeded(result);
        string help = string.Join('\n', result.Output);
        Assert.That(help, Does.Contain("Writes numbers."));
        Assert.That(help, Does.Match("--run <FOLDER> +The run: .* Required\\."));
        Assert.That(help, Does.Match("--rows <N> +Rows to write\\. From 0 to 10000000\\. Default: 10\\."));
        Assert.That(help, Does.Match("--note-bytes <N> .* At least 0\\. Default: 16\\."));
        Assert.That(help, Does.Match("--fail <no\\|refused\\|csv\\|memory\\|bug> .* Default: no\\."));
        Assert.That(help, Does.Not.Contain("describe-options"));
    }
}

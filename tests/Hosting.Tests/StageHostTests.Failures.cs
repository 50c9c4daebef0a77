using System.Text.Json;
using Pipeline.Testing;

namespace Pipeline.Hosting.Tests;

public sealed class StageHostFailuresTests : StageTests
{
    private static (string?, int, string?, string?) Parts(JsonElement error) => (
        error.GetProperty("stage").GetString(), error.GetProperty("code").GetInt32(), error.GetProperty("message").GetString(),
        error.GetProperty("hint").GetString());

    [TestCase("refused", 3, "There is too much dirt.", "Clean it.")]
    [TestCase("csv", 3, "'a.csv' is cut off.", null)]
    [TestCase("memory", 7, "There is none left.", "Give it more memory, or less data.")]
    public void Failure_the_operator_can_mend_is_one_sentence_an_exit_code_and_a_file(string fail, int code, string message, string? hint)
    {
        StageResult result = Make("--fail", fail);

        Assert.That(result.Code, Is.EqualTo(code));
        Assert.That(result.Error, Is.EqualTo($"make: {message}{(hint is null ? "" : " " + hint)}{Environment.NewLine}"));
        Assert.That(Parts(ErrorOf(MadeFolder)), Is.EqualTo(("make", code, message, hint)));
        Assert.That(FilesOf(MadeFolder), Is.EqualTo(new[] { ".lease", "error.json" }));

        Succeeded(Make());
        Assert.That(HasError(MadeFolder), Is.False, "the error goes with the next success");
        Assert.That(HasManifest(MadeFolder));
    }

    [Test]
    public void Bug_is_printed_with_its_stack_trace()
    {
        StageResult result = Make("--fail", "bug");

        Assert.That(result.Code, Is.EqualTo(1));
        Assert.That(result.Error, Does.StartWith("make: Nobody thought of this. This is a bug")
            .And.Contain("System.InvalidOperationException").And.Contain("   at Pipeline.Hosting.Tests.Stage.MakeStage"));
        Assert.That(Parts(ErrorOf(MadeFolder)), Is.EqualTo(
            ("make", 1, "Nobody thought of this.", "This is a bug: please report it with the stack trace.")));
        Assert.That(FilesOf(MadeFolder), Is.EqualTo(new[] { ".lease", "error.json" }));
    }

    [Test]
    public void Wrong_options_are_listed_in_one_sentence_and_left_in_the_run_they_named()
    {
        StageResult result = Make("--rows", "many", "--unknown", "--list", At("missing.txt"));

        const string message = "Unrecognized command or argument '--unknown'. --rows 'many' must be a whole number, from 0 to 10000000. ";
        Assert.That(result.Code, Is.EqualTo(2));
        Assert.That(result.Output, Is.Empty);
        Assert.That(result.Error, Does.StartWith($"make: {message}--list '").And.EndsWith($"' does not exist. See 'make --help'.{Environment.NewLine}"));
        Assert.That(Parts(ErrorOf(MadeFolder)), Is.EqualTo(("make", 2, $"{message}--list '{At("missing.txt")}' does not exist.", "See 'make --help'.")));
    }

    [Test]
    public void Error_file_can_be_read_as_it_is()
    {
        Make("--fail", "csv");

        Assert.That(File.ReadAllText(Path.Combine(Run, MadeFolder, "error.json")), Is.EqualTo(
            """
            {
              "stage": "make",
              "code": 3,
              "message": "'a.csv' is cut off.",
              "hint": null
            }
            """));
    }

    [Test]
    public void Run_below_a_file_is_refused_in_one_sentence()
    {
        File.WriteAllText(At("file"), "");

        StageResult result = StageProcess.Run("make", "--run", At("file/run"));

        Assert.That(result.Code, Is.EqualTo(2));
        Assert.That(result.Error, Is.EqualTo($"make: Cannot create the folder '{At("file/run/01-made")}': '{At("file")}' is a file.{Environment.NewLine}"));
    }

    [Test]
    public void Run_that_is_no_folder_is_refused_in_one_sentence()
    {
        File.WriteAllText(At("file"), "");

        StageResult file = StageProcess.Run("make", "--run", At("file")), other = StageProcess.Run("make", "--run", "gs://bucket/run");

        Assert.That(new[] { file.Code, other.Code }, Is.All.EqualTo(2));
        Assert.That(file.Error, Is.EqualTo($"make: '{At("file")}' is a file: name a folder for the run.{Environment.NewLine}"));
        Assert.That(other.Error, Is.EqualTo(
            $"make: 'gs://bucket/run' cannot be opened: runs are kept in local folders and in S3 (s3://BUCKET/FOLDER), 'gs' is not supported.{Environment.NewLine}"));
    }

    [TestCase("", "There is no AWS region for S3: set AWS_REGION to the bucket's.")]
    [TestCase("eu-west-1", "There are no AWS credentials for S3: give the task a role, or set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.")]
    public void Run_in_S3_without_what_AWS_needs_is_refused_in_one_sentence(string region, string sentence)
    {
        using StageProcess process = StageProcess.Start(
            "make", ["--run", "s3://bucket/run"],
            ("AWS_REGION", region), ("AWS_DEFAULT_REGION", ""), ("AWS_ACCESS_KEY_ID", ""), ("AWS_SECRET_ACCESS_KEY", ""), ("AWS_PROFILE", ""),
            ("AWS_CONFIG_FILE", At("none")), ("AWS_SHARED_CREDENTIALS_FILE", At("none")), ("AWS_EC2_METADATA_DISABLED", "true"));

        StageResult result = process.Wait();

        Assert.That((result.Code, result.Error), Is.EqualTo((2, $"make: {sentence}{Environment.NewLine}")));
    }

    [TestCase("--note-bytes", "2000000")]
    [TestCase("--rows", "100000")]
    public void Full_disk_is_told_apart_and_the_stage_can_be_started_again_with_room(string flag, string value)
    {
        using SmallDisk disk = SmallDisk.Mount(At("disk"));

        StageResult result = StageProcess.Run("make", "--run", At("disk/run"), flag, value);

        Assert.That(result.Code, Is.EqualTo(4), result.Error);
        Assert.That(result.Error, Does.Match("full|No space left").And.Not.Contain("   at "));
        Assert.That(FilesIn(At("disk/run/01-made")), Is.EqualTo(new[] { ".lease", "error.json" }));

        Succeeded(StageProcess.Run("make", "--run", At("disk/run")));
    }
}

using System.Text.RegularExpressions;
using Pipeline.Contracts;

namespace Pipeline.Hosting.Tests;

public sealed class OptionReaderTests
{
    private readonly List<string> variables = [];
    private string folder = "";

    [SetUp]
    public void MakeFolder() => folder = Directory.CreateTempSubdirectory("options-").FullName;

    [TearDown]
    public void RemoveFolder()
    {
        Directory.Delete(folder, recursive: true);
        variables.ForEach(v => Environment.SetEnvironmentVariable(v, null));
    }

    private string At(string name) => Path.Combine(folder, name);

    private void SetVariable(string name, string value)
    {
        variables.Add(name);
        Environment.SetEnvironmentVariable(name, value);
    }

    private static StageCommand<T> Parse<T>(Func<OptionReader, T> options, params string[] args) => StageCommand<T>.Parse(
        ["--run", "r", .. args],
        new StageDefinition<T>
        {
            Stage = new StageContract("test", "00-test"),
            Summary = "Tests.",
            Parse = options,
            Run = (_, _, _) => Task.CompletedTask,
        })!;

    private static T Read<T>(Func<OptionReader, T> options, params string[] args) => Parse(options, args).Stage;

    private static string Mistakes<T>(Func<OptionReader, T> options, params string[] args) =>
        Assert.Throws<StageUsageException>(() => Parse(options, args))!.Usage.Message;

    private static int TopK(OptionReader options) => options.Integer("top-k", "How many.", 10, min: 1, max: 100);

    [Test]
    public void Flag_beats_environment_beats_default()
    {
        Assert.That(Read(TopK), Is.EqualTo(10));

        SetVariable("PIPELINE_TOP_K", "20");
        Assert.That(Read(TopK), Is.EqualTo(20));

        Assert.That(Read(TopK, "--top-k", "30"), Is.EqualTo(30));
        Assert.That(Read(TopK, "--top-k=40"), Is.EqualTo(40));
    }

    [Test]
    public void Share_is_a_percentage_of_at_most_everything()
    {
        Assert.That(Read(Share), Is.EqualTo(0.05m));
        Assert.That(Read(Share, "--share", "0.1%"), Is.EqualTo(0.001m));
        Assert.That(Read(Share, "--share", "100%"), Is.EqualTo(1m));
        foreach (string wrong in (string[])["100.1%", "5", "-1%", "%"])
            Assert.That(Mistakes(Share, "--share", wrong), Does.Contain($"--share '{wrong}' must be a percentage such as 5%, at most 100%."));

        static object Share(OptionReader options) => options.Share("share", "How many.", "5%");
    }

    /// <summary>Right or wrong: a value that is faulty was given all the same.</summary>
    [Test]
    public void Option_that_was_given_is_known_to_be()
    {
        var found = new List<bool>();
        Read(IsGiven);
        Read(IsGiven, "--top-k", "30");
        Mistakes(IsGiven, "--top-k", "0");
        SetVariable("PIPELINE_TOP_K", "20");
        Read(IsGiven);
        // Each time it is asked twice, first without a command line.
        Assert.That(found, Is.EqualTo(new[] { false, false, false, true, false, true, false, true }));

        object IsGiven(OptionReader options)
        {
            options.Integer("top-k", "How many.", 10, min: 1, max: 100);
            found.Add(options.IsGiven("top-k"));
            return "";
        }
    }

    [Test]
    public void Empty_environment_variable_counts_as_none()
    {
        SetVariable("PIPELINE_TOP_K", "");

        Assert.That(Read(TopK), Is.EqualTo(10));
    }

    [Test]
    public void Mistake_names_the_place_it_was_made_at()
    {
        SetVariable("PIPELINE_TOP_K", "many");

        Assert.That(Mistakes(TopK), Is.EqualTo("PIPELINE_TOP_K 'many' must be a whole number, from 1 to 100."));
    }

    [Test]
    public void All_mistakes_are_reported_together()
    {
        Directory.CreateDirectory(At("folder"));

        string mistakes = Mistakes(
            o => (
                o.Text("name", "TEXT", "h"), o.InputFile("file", "h"), TopK(o), o.Number("half-life-days", "h", 30, min: 1),
                o.Choice("similarity", "h", ["jaccard", "lift"], "jaccard"), o.OptionalInputFile("list", "h"), o.OptionalInputFile("other", "h"),
                o.OptionalPattern("exclude", "h"), o.OptionalTime("reference-time", "h"), o.Pairs("columns", "h", ["user", "item"], "user=U,item=I")),
            "--top-k", "0", "--half-life-days", "long", "--similarity", "cosine", "--list", At("missing"), "--other", At("folder"),
            "--exclude", "(", "--reference-time", "31/31/2011", "--columns", "user=A,what=B", "--unknown");

        Assert.That(mistakes, Does.StartWith("Unrecognized command or argument '--unknown'. ").And.Contain(string.Join(
            ' ',
            "--name is missing: give it, or set PIPELINE_NAME.",
            "--file is missing: give it, or set PIPELINE_FILE.",
            "--top-k '0' must be a whole number, from 1 to 100.",
            "--half-life-days 'long' must be a number, at least 1.",
            "--similarity 'cosine' must be one of jaccard, lift.",
            $"--list '{At("missing")}' does not exist.",
            $"--other '{At("folder")}' is a folder, not a file.",
            "--exclude '(' is not a usable regular expression: ")));
        Assert.That(mistakes, Does.EndWith(
            " --reference-time '31/31/2011' must be a time such as 2026-11-20 or 2026-11-20T02:00:00Z. "
            + "--columns 'user=A,what=B' has the unknown key 'what'; known are user, item."));
    }

    [Test]
    public void Mistakes_keep_the_run_for_the_error_to_be_left_in()
    {
        StageUsageException e = Assert.Throws<StageUsageException>(() => Parse(TopK, "--top-k", "0"))!;

        Assert.That((e.Host?.Run, e.Usage.Code, e.Usage.Hint), Is.EqualTo(("r", ExitCode.Usage, "See 'test --help'.")));
    }

    [TestCase("1", 1)]
    [TestCase("100", 100)]
    [TestCase("+7", 7)]
    public void Whole_number_within_its_limits_is_taken(string text, int value) => Assert.That(Read(TopK, "--top-k", text), Is.EqualTo(value));

    [TestCase("0")]
    [TestCase("101")]
    [TestCase("-1")]
    [TestCase("1.5")]
    [TestCase("1,000")]
    [TestCase("99999999999")]
    [TestCase("")]
    public void Whole_number_beyond_its_limits_is_a_mistake(string text) =>
        Assert.That(Mistakes(TopK, "--top-k", text), Is.EqualTo($"--top-k '{text}' must be a whole number, from 1 to 100."));

    [TestCase("0.5", 0.5)]
    [TestCase("1e1", 10)]
    public void Number_is_read_as_it_is_written_everywhere(string text, double value) =>
        Assert.That(Read(o => o.Number("share", "h", 1, min: 0.5, max: 10), "--share", text), Is.EqualTo(value));

    [TestCase("0.4")]
    [TestCase("0,5")]
    [TestCase("NaN")]
    [TestCase("Infinity")]
    public void Number_beyond_its_limits_is_a_mistake(string text)
    {
        Assert.That(
            Mistakes(o => o.Number("share", "h", 1, min: 0.5), "--share", text), Is.EqualTo($"--share '{text}' must be a number, at least 0.5."));
    }

    [Test]
    public void Text_that_is_required_must_not_be_blank()
    {
        Assert.That(Mistakes(o => o.Text("name", "TEXT", "h"), "--name", " "), Is.EqualTo("--name ' ' must not be empty."));
        Assert.That(Read(o => o.Text("name", "TEXT", "h", "x"), "--name", ""), Is.Empty, "with a default, empty is a choice");
        Assert.That(Read(o => o.OptionalText("name", "TEXT", "h")), Is.Null);
    }

    [Test]
    public void Value_that_was_forgotten_is_not_taken_from_the_next_flag()
    {
        static (string, int, bool) Three(OptionReader o) => (o.Text("name", "TEXT", "h"), TopK(o), o.Flag("strict", "h"));

        Assert.That(Mistakes(Three, "--name", "--strict"), Is.EqualTo("--name has no value: '--strict' behind it is an option."));
        Assert.That(Mistakes(Three, "--name", "--top-k", "5"), Does.Contain("--name has no value: '--top-k' behind it is an option."));
        Assert.That(Mistakes(Three, "--name", "--top-k=5"), Is.EqualTo("Required argument missing for option: '--name'."), "said once");
        Assert.That(Mistakes(Three, "--name"), Is.EqualTo("Required argument missing for option: '--name'."));
        Assert.That(Read(Three, "--name", "--not-a-flag"), Is.EqualTo(("--not-a-flag", 10, false)));
    }

    [Test]
    public void Flag_given_twice_is_a_mistake() =>
        Assert.That(Mistakes(TopK, "--top-k", "1", "--top-k", "2"), Does.Contain("--top-k"));

    [Test]
    public void Argument_without_a_flag_is_a_mistake() =>
        Assert.That(Mistakes(TopK, "stray"), Is.EqualTo("Unrecognized command or argument 'stray'."));

    [TestCase("", false)]
    [TestCase("--strict", true)]
    [TestCase("--strict true", true)]
    [TestCase("--strict false", false)]
    public void Switch_is_off_unless_it_is_given(string args, bool isOn) =>
        Assert.That(Read(o => o.Flag("strict", "h"), args.Split(' ', StringSplitOptions.RemoveEmptyEntries)), Is.EqualTo(isOn));

    [Test]
    public void Switch_can_be_set_and_unset_from_outside()
    {
        SetVariable("PIPELINE_STRICT", "TRUE");

        StageCommand<bool> command = Parse(o => o.Flag("strict", "h"));
        Assert.That(command.Stage);
        Assert.That(command.Reader.Deciding["strict"], Is.EqualTo("true"), "written in any way it decides alike");
        Assert.That(Read(o => o.Flag("strict", "h"), "--strict", "false"), Is.False);

        SetVariable("PIPELINE_STRICT", "1");
        Assert.That(Mistakes(o => o.Flag("strict", "h")), Is.EqualTo("PIPELINE_STRICT '1' must be true or false."));
    }

    [Test]
    public void Choice_is_one_of_the_words_and_after_a_mistake_still_one_of_them()
    {
        static string Similarity(OptionReader o)
        {
            string choice = o.Choice("similarity", "h", ["jaccard", "lift"], "jaccard");
            Assert.That(choice, Is.EqualTo("jaccard").Or.EqualTo("lift"));
            return choice;
        }

        Assert.That(Read(Similarity, "--similarity", "lift"), Is.EqualTo("lift"));
        Assert.That(Mistakes(Similarity, "--similarity", "Lift"), Is.EqualTo("--similarity 'Lift' must be one of jaccard, lift."));
    }

    [TestCase("2026-11-20", "2026-11-20T00:00:00Z")]
    [TestCase("2026-11-20T02:00:00Z", "2026-11-20T02:00:00Z")]
    [TestCase("2026-11-20T02:00:00+02:00", "2026-11-20T00:00:00Z")]
    [TestCase("2026-11-20T02:00:00.000001", "2026-11-20T02:00:00.000001Z")]
    public void Time_is_UTC_unless_it_states_an_offset(string text, string same)
    {
        DateTimeOffset expected = DateTimeOffset.Parse(same, System.Globalization.CultureInfo.InvariantCulture);

        long? time = Read(o => o.OptionalTime("reference-time", "h"), "--reference-time", text);

        Assert.That(DateTimeOffset.UnixEpoch.AddTicks(time!.Value * TimeSpan.TicksPerMicrosecond), Is.EqualTo(expected));
    }

    [Test]
    public void Optional_values_are_null_when_they_are_not_given()
    {
        (string?, string?, Regex?, long?) values = Read(o => (
            o.OptionalText("text", "T", "h"), o.OptionalInputFile("file", "h"), o.OptionalPattern("pattern", "h"), o.OptionalTime("time", "h")));

        Assert.That(values, Is.EqualTo(((string?)null, (string?)null, (Regex?)null, (long?)null)));
    }

    [Test]
    public void Pattern_matches_without_regard_to_culture_and_cannot_hang()
    {
        Regex pattern = Read(o => o.OptionalPattern("exclude", "h"), "--exclude", "^(POST|M)$")!;

        Assert.That(pattern.IsMatch("POST"));
        Assert.That(pattern.IsMatch("POSTER"), Is.False);
        Assert.That(pattern.Options, Is.EqualTo(RegexOptions.CultureInvariant | RegexOptions.NonBacktracking));
        Assert.That(Mistakes(o => o.OptionalPattern("exclude", "h"), "--exclude", "(a)\\1"), Does.StartWith("--exclude '(a)\\1' is not a usable regular expression"));
    }

    [TestCase("user=A", "has the unknown key", false)]
    [TestCase("item=B, user = A ", "", false)]
    [TestCase("what=B", "has the unknown key 'what'; known are user, item", true)]
    [TestCase("user=A,user=B", "has the key 'user' twice", true)]
    [TestCase("user", "has 'user' where KEY=VALUE is needed", true)]
    [TestCase("=A", "has '=A' where KEY=VALUE is needed", true)]
    [TestCase("user=", "has 'user=' where KEY=VALUE is needed", true)]
    public void Pairs_are_checked_one_by_one(string text, string rule, bool isMistake)
    {
        static IReadOnlyDictionary<string, string> Columns(OptionReader o) => o.Pairs("columns", "h", ["user", "item"], "user=U,item=I");

        if (isMistake)
            Assert.That(Mistakes(Columns, "--columns", text), Is.EqualTo($"--columns '{text}' {rule}."));
        else
            Assert.That(Read(Columns, "--columns", text)["user"], Is.EqualTo("A"));
    }

    [Test]
    public void Pairs_are_the_default_until_they_are_given()
    {
        Assert.That(
            Read(o => o.Pairs("columns", "h", null, "user=U,item=a=b")), Is.EqualTo(new Dictionary<string, string> { ["user"] = "U", ["item"] = "a=b" }));
    }

    [Test]
    public void Only_options_that_decide_the_result_are_among_the_deciding()
    {
        File.WriteAllText(At("list.txt"), "");
        StageCommand<object> command = Parse<object>(
            o => (TopK(o), o.Integer("batch", "h", 5, min: 1, decides: false), o.Text("place", "P", "h", "here", decides: false),
                o.OptionalText("note", "N", "h"), o.OptionalText("comment", "C", "h"), o.InputFile("list", "h"), o.Flag("strict", "h")),
            "--batch", "6", "--note", "n", "--list", At("list.txt"), "--threads", "3", "--overwrite");

        Assert.That(command.Reader.Deciding, Is.EqualTo(
            new Dictionary<string, string> { ["note"] = "n", ["strict"] = "false", ["top-k"] = "10" }));
        Assert.That(command.Reader.InputFiles, Is.EqualTo(new Dictionary<string, string> { ["--list list.txt"] = At("list.txt") }));
        Assert.That((command.Host.Run, command.Host.Overwrite, command.Host.Threads), Is.EqualTo(("r", true, 3)));
    }

    [Test]
    public void Default_that_is_typed_decides_like_the_default()
    {
        Assert.That(Parse(TopK, "--top-k", "10").Reader.Deciding, Is.EqualTo(Parse(TopK).Reader.Deciding));
    }

    [Test]
    public void Mistake_that_takes_two_options_to_see_is_reported_with_the_others()
    {
        string mistakes = Mistakes(o =>
        {
            if (TopK(o) < 20 && o.Flag("strict", "h"))
                o.Mistake("--strict needs --top-k 20.");
            return TopK(o) + o.Integer("seed", "h", 0, min: 0);
        }, "--strict", "--seed", "-1");

        Assert.That(mistakes, Is.EqualTo("--strict needs --top-k 20. --seed '-1' must be a whole number, at least 0."));
    }
}

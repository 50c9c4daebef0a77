using Pipeline.Contracts;

namespace Pipeline.Load.Tests;

internal sealed class MaxRejectsTests
{
    private const string Header = "user_id,item_id,time\n";

    private static string Lines(int good, params string[] bad) =>
        Header + string.Concat(Enumerable.Range(0, good).Select(n => $"u{n},i1,2024-05-01\n")) + string.Concat(bad.Select(line => line + "\n"));

    [TestCase("5%", 19, true)]
    [TestCase("5%", 18, false)]
    [TestCase("1", 1, true)]
    [TestCase("0", 1000, false)]
    [TestCase("100%", 1, true)]
    public async Task Load_takes_as_many_rejects_as_it_may(string limit, int good, bool isTaken)
    {
        using LoadRun load = LoadRun.Try(Lines(good, "u,i,never"), "--max-rejects", limit);

        if (isTaken)
            Assert.That(await load.MustBeDone().RejectsAsync(), Has.Length.EqualTo(1));
        else
            load.MustBeRefused(3, $"1 of {good + 1:N0} lines", $"more than --max-rejects {limit}: 1 invalid_time (first in line {good + 2}: 'never').");
    }

    [Test]
    public void Load_takes_five_in_a_hundred_unless_told_otherwise()
    {
        using var folder = new Testing.TempFolder();
        string file = folder.Write("a.csv", Lines(18, "u,i,never"));
        Testing.StageResult result = Testing.StageRunner.Run(Stages.Load, ["--run", folder.File("run"), "--interactions", file]);

        new Testing.StageFolder(folder.File("run"), Stages.Load).MustBeRefused(result, 3, "1 of 19 lines (5.3%) are rejected, more than --max-rejects 5%");
    }

    [Test]
    public void Load_tells_all_reasons_and_the_first_line_of_each()
    {
        using LoadRun load = LoadRun.Try(Lines(3, "u,i,never", ",i,2024-05-01", "u,i,\u001b[31mred", "u,i", "u,,2024-05-01", "u,i,soon"), "--max-rejects", "5%");

        load.MustBeRefused(
            3,
            "6 of 9 lines (66.7%) are rejected",
            ": 3 invalid_time (first in line 5: 'never'), 1 missing_item (first in line 9), 1 missing_user (first in line 6), 1 wrong_field_count (first in line 8).",
            "accept this with --max-rejects 6 and find every line in rejects.parquet");
    }

    [Test]
    public void Load_shows_no_sample_that_a_terminal_could_take_for_a_command()
    {
        using LoadRun load = LoadRun.Try(Lines(3, "u,i,\u001b[31mred"), "--max-rejects", "5%");

        load.MustBeRefused(3, "(first in line 5: '?[31mred')");
    }

    [TestCase("anna@canary.example")]
    [TestCase("anna＠canary.example")]
    [TestCase("anna%40canary.example")]
    [TestCase("anna&#64;canary.example")]
    [TestCase("anna(at)canary.example")]
    public void Load_shows_no_sample_that_may_be_an_address(string address)
    {
        using LoadRun load = LoadRun.TryBytes(
            System.Text.Encoding.UTF8.GetBytes(Lines(3, $"{address},i,2024-05-01", $"u,i,{address}")), null, "--max-rejects", "5%");

        load.MustBeRefused(3, "1 address_as_user (first in line 5), 1 invalid_time (first in line 6).");
        Assert.That(load.Result.Output + load.Result.Error + System.Text.Encoding.UTF8.GetString(load.Output.Bytes("error.json")), Does.Not.Contain("canary"));
    }

    [Test]
    public async Task Load_keeps_an_address_out_of_the_events()
    {
        using LoadRun load = LoadRun.Of("user_id,item_id,time,event\nu,i,2024-05-01,view\nu,i,2024-05-01,anna@canary.example\n");

        Assert.That(await load.RejectsAsync(), Is.EqualTo(new[] { "3|event|address_as_event|" }));
        foreach (string name in load.Output.Files())
            Assert.That(load.Output.Bytes(name).AsSpan().IndexOf("canary"u8), Is.Negative, name);
    }

    [Test]
    public void Load_holds_the_catalogue_to_the_same_limit()
    {
        using LoadRun load = LoadRun.Try(Lines(3), "item_id,price\ni1,1\ni2,cheap\ni1,2\n", ["--max-rejects", "1"]);

        load.MustBeRefused(
            3, "catalogue.csv': 2 of 3 lines (66.7%) are rejected, more than --max-rejects 1: 1 duplicate_item (first in line 4: 'i1'), 1 invalid_price (first in line 3: 'cheap').");
    }

    [Test]
    public void Load_does_not_count_what_is_not_wanted_as_rejected()
    {
        using LoadRun load = LoadRun.Try(
            Lines(19, ",i,2024-05-01", ",i,2024-05-01", "u,POST,2024-05-01", "u,i,2023-01-01", "u,i,never"),
            "--max-rejects", "1", "--exclude-without-user", "--exclude-items", "POST", "--since", "2024-01-01");

        Assert.That(load.MustBeDone().Counters(), Is.EqualTo(new[]
        {
            "rows_in=24", "rows_kept=19", "dropped_excluded_before=1", "dropped_excluded_item=1", "dropped_excluded_without_user=2",
            "dropped_invalid_time=1", "catalogue_kept=0", "catalogue_rejected=0", "excluded=4", "rejected=1",
        }));
    }

    [Test]
    public async Task Load_takes_the_moments_from_since_to_before_until()
    {
        using LoadRun load = LoadRun.Of(
            """
            user_id,item_id,time
            u1,i1,2024-04-30T23:59:59.999999Z
            u2,i1,2024-05-01
            u3,i1,2024-05-01T01:00:00+02:00
            u4,i1,2024-05-31T23:59:59
            u5,i1,2024-06-01
            """,
            "--since", "2024-05-01", "--until", "2024-06-01T00:00:00Z");

        Assert.That(await load.InteractionsAsync(Interactions.UserId), Is.EqualTo(new[] { "u2", "u4" }));
        Assert.That(load.Counters(), Does.Contain("dropped_excluded_before=2").And.Contain("dropped_excluded_after=1").And.Contain("rejected=0"));
    }

    [Test]
    public void Load_refuses_to_leave_every_line_out()
    {
        using LoadRun load = LoadRun.Try(Lines(3, ",i1,2024-05-01"), "--since", "2025-01-01", "--exclude-without-user");

        load.MustBeRefused(3, "all 4 lines are left out on request: 3 excluded_before, 1 excluded_without_user.");
    }

    [Test]
    public void Load_says_what_became_of_all_lines_where_none_is_left()
    {
        using LoadRun load = LoadRun.Try(Lines(3, "u,i1,never"), "--since", "2025-01-01");

        load.MustBeRefused(3, "none of the 4 lines can be used: 3 excluded_before, 1 invalid_time (first in line 5: 'never').");
    }

    [TestCase("--max-rejects", "0.05", "--max-rejects '0.05' must be a share such as 5%, at most 100%, or a count such as 1000")]
    [TestCase("--since", "yesterday", "--since 'yesterday' must be a time")]
    [TestCase("--max-drift", "rows=much", "--max-drift gives rows the limit 'much': it must be a percentage such as 5%")]
    [TestCase("--max-drift", "lines=5%", "unknown key 'lines'; known are rows, users, items, rejects, events")]
    public void Load_refuses_options_it_does_not_understand(string name, string value, string words)
    {
        using LoadRun load = LoadRun.Try(Lines(3), name, value);

        load.MustBeRefused(2, words);
    }

    [Test]
    public void Load_refuses_a_time_window_without_a_moment()
    {
        using LoadRun load = LoadRun.Try(Lines(3), "--since", "2024-05-01", "--until", "2024-05-01");

        load.MustBeRefused(2, "--since must be before --until.");
    }
}

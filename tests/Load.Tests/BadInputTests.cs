using Pipeline.Contracts;
using Pipeline.Testing;

namespace Pipeline.Load.Tests;

public class BadInputTests
{
    private const string Good = "user_id,item_id,time\nu1,i1,2024-05-01\n";

    [Test]
    public void Load_refuses_a_file_that_does_not_exist()
    {
        using LoadRun load = LoadRun.TryFile(_ => "nowhere.csv");

        load.MustBeRefused(2, "--interactions 'nowhere.csv' does not exist", "load --help");
    }

    [Test]
    public void Load_refuses_a_folder_without_files_it_can_read()
    {
        using LoadRun load = LoadRun.TryFile(folder => folder.Path);

        load.MustBeRefused(2, "--interactions '", "is a folder without a file of *.csv, *.jsonl, *.parquet, *.csv.gz or *.jsonl.gz");
    }

    [Test]
    public void Load_refuses_to_start_without_a_file()
    {
        StageResult result = StageRunner.Run(Stages.Load, []);

        Assert.That(result.ExitCode, Is.EqualTo(2));
        Assert.That(result.Error, Does.StartWith("load: --run is missing").And.Contain("--interactions is missing: give it, or set PIPELINE_INTERACTIONS."));
    }

    [TestCase("", "is empty")]
    [TestCase("\n\n", "is empty")]
    [TestCase("user_id,item_id,time\n", "has a header but no data")]
    [TestCase("user_id,item_id,time", "has a header but no data")]
    public void Load_refuses_a_file_without_data(string content, string words)
    {
        using LoadRun load = LoadRun.Try(content);

        load.MustBeRefused(3, "interactions.csv'", words);
    }

    [Test]
    public void Load_refuses_a_header_without_a_column_that_was_named()
    {
        using LoadRun load = LoadRun.Try(Good, "--columns", "user=user_id,price=Net");

        load.MustBeRefused(2, "interactions.csv' has no column 'Net' (price)", "its header has 'user_id', 'item_id', 'time'", "--columns");
    }

    [Test]
    public void Load_refuses_a_header_without_the_columns_it_needs_and_names_them_all()
    {
        using LoadRun load = LoadRun.Try("customer,item_id,day\nu1,i1,2024-05-01\n");

        load.MustBeRefused(2, "has no column 'user_id' (user), 'time' (time)", "'customer', 'item_id', 'day'", "--columns");
    }

    [Test]
    public void Load_refuses_another_delimiter_and_hints_at_it()
    {
        using LoadRun load = LoadRun.Try(Good.Replace(',', ';'));

        load.MustBeRefused(2, "'user_id;item_id;time'", "is ',' the right --delimiter?");
    }

    [TestCase("")]
    [TestCase(",,")]
    [TestCase("é")]
    [TestCase("\"")]
    public void Load_refuses_a_delimiter_that_is_none(string delimiter)
    {
        using LoadRun load = LoadRun.Try(Good, "--delimiter", delimiter);

        load.MustBeRefused(2, $"--delimiter '{delimiter}' must be one ASCII character");
    }

    [TestCase("''")]
    [TestCase("a")]
    [TestCase(" ")]
    [TestCase(",")]
    public void Load_refuses_a_quote_that_is_none(string quote)
    {
        using LoadRun load = LoadRun.Try(Good, "--quote", quote);

        load.MustBeRefused(2, $"--quote '{quote}' must be one ASCII character");
    }

    [TestCase(0.5)]
    [TestCase(0.99)]
    public void Load_refuses_gzip_that_is_cut_off(double share)
    {
        string lines = string.Concat(Enumerable.Range(0, 5000).Select(n => $"u{n * 7919 % 5003},i{n * 104729 % 997},2024-05-01\n"));
        byte[] whole = NaiveCsv.Gzip(System.Text.Encoding.UTF8.GetBytes("user_id,item_id,time\n" + lines));
        using LoadRun load = LoadRun.TryBytes(whole[..(int)(whole.Length * share)]);

        load.MustBeRefused(3, "interactions.csv' is cut off or damaged", "Copy it again");
    }

    [Test]
    public void Load_refuses_a_file_of_which_no_line_can_be_used()
    {
        using LoadRun load = LoadRun.Try("user_id,item_id,time\nu1,,2024-05-01\nu1,i1,31/31/2011\nu1,i1\nu2,i1,30/31/2011\n");

        load.MustBeRefused(
            3, "none of the 4 lines can be used: 2 invalid_time (first in line 3: '31/31/2011'), 1 missing_item (first in line 2), 1 wrong_field_count (first in line 4).", "--columns");
    }

    [Test]
    public void Load_refuses_to_exclude_every_line()
    {
        using LoadRun load = LoadRun.Try(Good, "--exclude-items", "i");

        load.MustBeRefused(3, "all 1 lines are left out on request: 1 excluded_item.");
    }

    [Test]
    public void Load_refuses_a_run_folder_below_a_file()
    {
        using var folder = new TempFolder();
        using LoadRun load = LoadRun.TryAt(folder.Write("file", "") + "/run");

        load.MustBeRefused(2, folder.File("file"), "is a file");
    }

    [Test]
    public void Load_refuses_a_run_folder_that_is_a_file()
    {
        using var folder = new TempFolder();
        using LoadRun load = LoadRun.TryAt(folder.Write("file", ""));

        load.MustBeRefused(2, $"'{folder.File("file")}' is a file: name a folder for the run");
    }

    [Test]
    public void Load_refuses_an_invalid_regular_expression()
    {
        using LoadRun load = LoadRun.Try(Good, "--exclude-items", "(POST");

        load.MustBeRefused(2, "--exclude-items '(POST' is not a usable regular expression");
    }

    [Test]
    public void Load_refuses_a_column_it_does_not_know()
    {
        using LoadRun load = LoadRun.Try(Good, "--columns", "user=user_id,customer=user_id");

        load.MustBeRefused(2, "--columns", "unknown key 'customer'", "known are user, item, time, event, quantity, price, revenue, basket");
    }

    [Test]
    public void Load_lists_all_mistakes_at_once()
    {
        using LoadRun load = LoadRun.Try(Good, "--columns", "user", "--exclude-items", "[", "--threads", "0", "--delimiter", "ab");

        load.MustBeRefused(2, "--columns 'user'", "--exclude-items '['", "--threads '0'", "--delimiter 'ab'");
    }

    [Test]
    public void Load_refuses_a_flag_it_does_not_know()
    {
        using LoadRun load = LoadRun.Try(Good, "--colums", "user=x");

        load.MustBeRefused(2, "--colums");
    }
}

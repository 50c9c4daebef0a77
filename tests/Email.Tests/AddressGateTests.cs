using System.Text;
using Pipeline.Contracts;
using Pipeline.Testing;

namespace Pipeline.Email.Tests;

/// <summary>A customer file with too many addresses that cannot be used is no customer file.</summary>
public class AddressGateTests
{
    private Mailing mailing = null!;

    [OneTimeSetUp]
    public void Make() => mailing = new Mailing();

    [OneTimeTearDown]
    public void Remove() => mailing.Dispose();

    /// <summary>What is exactly at the limit is within it.</summary>
    [TestCase(100, 2, "2%", true)]
    [TestCase(100, 3, "2%", false)]
    [TestCase(1000, 20, "2%", true)]
    [TestCase(1000, 21, "2%", false)]
    [TestCase(100, 3, "3", true)]
    [TestCase(100, 4, "3", false)]
    [TestCase(100, 1, "0", false)]
    [TestCase(100, 0, "0", true)]
    [TestCase(100, 100, "100%", true)]
    public void Share_or_number_of_bad_addresses_is_limited(int customers, int bad, string limit, bool isTaken)
    {
        (StageResult result, string run) = mailing.TryRun(File(customers, bad), "--max-invalid", limit);
        Assert.That(result.ExitCode, Is.EqualTo(isTaken ? 0 : 3), result.Error);
        Assert.That(RunReader.IsFinished(run, Stages.Email), Is.EqualTo(isTaken));
    }

    [Test]
    public void Limit_is_two_percent_unless_another_is_given()
    {
        string run = mailing.NewRun(), customers = mailing.Folder.Write("default.csv", File(100, 3));
        StageResult result = StageRunner.Run(Stages.Email, ["--run", run, "--customers", customers, "--key-ring", mailing.Ring, "--without-suppressions"]);
        new StageFolder(run, Stages.Email).MustBeRefused(result, 3, "3 of 100 addresses (3.0%)", "more than --max-invalid 2%");
    }

    [Test]
    public void Refusal_counts_the_reasons_and_holds_no_address()
    {
        (StageResult result, string run) = mailing.TryRun(
            """
            user_id,email
            ann,ann@example.com
            bob,bob at example.com
            cid,cid@localhost
            dan,dan at example.com
            eve,
            ann,ann at example.com
            fay,fay@example.com,more
            ,gus at example.com
            """,
            "--max-invalid", "4");
        new StageFolder(run, Stages.Email).MustBeRefused(
            result, 3,
            "'customers.csv': 5 of 6 addresses (83.3%) cannot be used, more than --max-invalid 4: 2 no_at (first in line 3), "
            + "1 domain_without_dot (first in line 4), 1 missing_address (first in line 6), 1 wrong_field_count (first in line 8). "
            + "Correct the file, or accept this with --max-invalid 5.");
        Assert.That(result.Error + result.Output, Does.Not.Contain("example.com").And.Not.Contain("localhost"));
    }

    /// <summary>One is added to either number: of 999, 9 bad ones and 19 differ by a factor of 2.</summary>
    [TestCase(9, 19, "2", true)]
    [TestCase(9, 20, "2", false)]
    [TestCase(19, 9, "2", true)]
    [TestCase(20, 9, "2", false)]
    [TestCase(0, 2, "3", true)]
    [TestCase(0, 3, "3", false)]
    [TestCase(9, 9, "1", true)]
    public void Share_may_differ_from_the_earlier_run_by_a_factor(int before, int now, string factor, bool isTaken)
    {
        string earlier = mailing.Run(File(999, before)).Run;
        (StageResult result, string run) = mailing.TryRun(File(999, now), "--compare-with", earlier, "--max-invalid-factor", factor);
        if (isTaken)
            new StageFolder(run, Stages.Email).MustBeDone(result);
        else
            new StageFolder(run, Stages.Email).MustBeRefused(result, 3, $"{now} of 999 addresses", $"in '{earlier}' {before} of 999", $"--max-invalid-factor {factor}", "no_at");
    }

    [Test]
    public void Earlier_run_counts_by_its_figures_alone()
    {
        string earlier = mailing.Run(File(999, 9)).Run, copy = mailing.Folder.Copy(earlier, "copy");
        Assert.That(
            Encoding.UTF8.GetString(new StageFolder(earlier, Stages.Email).Bytes("addresses.json")),
            Is.EqualTo("{\n  \"contract\": \"addresses/1\",\n  \"addresses\": 999,\n  \"invalid\": {\n    \"no_at\": 9\n  }\n}"));
        (_, string run) = mailing.Run(File(999, 9), "--compare-with", earlier);
        StageResult again = StageRunner.Run(
            Stages.Email,
            ["--run", run, "--customers", Path.Combine($"{run}-files", "customers.csv"), "--key-ring", mailing.Ring, "--max-invalid", "100%", "--without-suppressions", "--compare-with", copy]);
        Assert.That(again.Output, Does.Contain("already done"), again.Error);
    }

    [Test]
    public void Run_without_a_customer_file_is_nothing_to_compare_with()
    {
        string none = mailing.Run(customers: null).Run;
        mailing.Run(File(100, 50), "--compare-with", none);
        mailing.Run(customers: null, "--compare-with", mailing.Run(File(100, 50)).Run);
    }

    [TestCase("{}")]
    [TestCase("""{ "contract": "addresses/99", "addresses": 1, "invalid": {} }""")]
    [TestCase("""{ "contract": "addresses/1", "addresses": 1, "invalid": null }""")]
    [TestCase("no JSON")]
    public void Figures_of_another_version_are_refused(string figures) => Assert.That(AddressProfile.TryParse(Encoding.UTF8.GetBytes(figures)), Is.Null);

    [Test]
    public void Earlier_run_that_is_none_is_refused()
    {
        (StageResult result, string run) = mailing.TryRun(File(1, 0), "--compare-with", mailing.NewRun());
        new StageFolder(run, Stages.Email).MustBeRefused(result, 2, "--compare-with", "is no run in which email has finished");
    }

    private static string File(int customers, int bad) =>
        "user_id,email\n" + string.Concat(Enumerable.Range(0, customers).Select(n => $"user-{n},{n}{(n < bad ? " at " : "@")}example.com\n"));
}

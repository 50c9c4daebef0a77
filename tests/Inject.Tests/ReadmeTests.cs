using Pipeline.Contracts;
using Pipeline.Testing;

namespace Pipeline.Inject.Tests;

/// <summary>The page for people, held to what the stage does.</summary>
internal sealed class ReadmeTests
{
    private readonly Readme readme = new(Stages.Inject);

    [Test]
    public void Options_are_those_of_the_stage() => readme.MustListTheOptions();

    [TestCase(TestDatabase.DuckDb)]
    [TestCase(TestDatabase.Postgres)]
    public void Example_queries_run(string kind)
    {
        using var folder = new TempFolder();
        string run = Shop.MakeRun(folder, "run", Shop.Interactions, catalogue: null, "user_id,email,consent\nann,ann@example.com,yes\nbob,bob@example.com,no\n");
        TestDatabase database = TestDatabase.Create(kind, folder);
        database.MustInject(run);
        string key = RunReader.Read(run, Recipients.DataSet).Single(row => row.Text(Recipients.UserId) == "ann").Text(Recipients.SubjectKey)!;
        Assert.That(
            database.Rows(readme.BlockAfter("The list for a subject key:").Replace("SUBJECT_KEY", key, StringComparison.Ordinal)).Select(row => row.Split('|')[1]),
            Is.EqualTo(new[] { "cups", "vase" }));
        // The run's time is that of its data.
        string mails = readme.BlockAfter("What to mail today:").Replace("now()", "TIMESTAMPTZ '2026-01-02 00:00:00+00'", StringComparison.Ordinal);
        Assert.That(database.Rows(mails).Select(row => row.Split('|')).Select(row => $"{row[0]} {row[3]} {row[4]}"), Is.EqualTo(new[] { "ann 1 cups", "ann 2 vase" }));
        Assert.That(database.Rows(readme.BlockAfter("Why people get no mail:")), Is.EqualTo(new[] { "mailed|1", "no_consent|1", "no_customer|2" }));
    }
}

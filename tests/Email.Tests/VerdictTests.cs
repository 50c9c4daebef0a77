using Pipeline.Contracts;
using Pipeline.Tables;
using Pipeline.Testing;

namespace Pipeline.Email.Tests;

/// <summary>Whose list is not worth a mail gets none, for exactly one reason.</summary>
public class VerdictTests
{
    private Mailing mailing = null!;

    [OneTimeSetUp]
    public void Make() => mailing = new Mailing();

    [OneTimeTearDown]
    public void Remove() => mailing.Dispose();

    [Test]
    public async Task Verdict_is_the_reason_where_nothing_else_forbids_the_mail()
    {
        // Ann and bob share a mailbox, as cid and dan do; eve has no consent, fay is in the control group with a poor list, gus with a good one.
        Dictionary<string, TableRow> rows = await RunAsync(
            new() { ["ann"] = Verdicts.OnlyFallback, ["cid"] = Verdicts.TooFewItems, ["dan"] = Verdicts.NotRelevant, ["eve"] = Verdicts.TooFewItems, ["fay"] = Verdicts.NotRelevant },
            ["fay", "gus"],
            "ann,one@example.com,yes\nbob,one@example.com,yes\ncid,two@example.com,yes\ndan,two@example.com,yes\neve,eve@example.com,no\n"
            + "fay,fay@example.com,yes\ngus,gus@example.com,yes\nhal,hal@example.com,yes\n");
        Assert.That(rows.Values.Select(row => $"{row.Text(Recipients.UserId)} {row.Text(Recipients.Reason)} {row.Flag(Recipients.Send)}"), Is.EqualTo(new[]
        {
            "ann only_fallback False", "bob  True", "cid too_few_items False", "dan not_relevant False", "eve no_consent False",
            "fay not_relevant False", "gus control_group False", "hal  True", "ivy no_customer False", "joe no_customer False",
        }));
    }

    [Test]
    public void Stage_before_it_decides()
    {
        using var poor = new Mailing(timeOf: null, "--min-items", "2");
        string run = poor.Run("user_id,email\nann,ann@example.com\nbob,bob at example.com\n").Run;
        IReadOnlyDictionary<string, long> counters = RunReader.ReadManifest(run, Stages.Email).Counters;
        Assert.Multiple(() =>
        {
            Assert.That(counters["rows_kept"], Is.Zero);
            Assert.That(counters["dropped_too_few_items"], Is.EqualTo(1));
            Assert.That(counters["dropped_invalid_address"], Is.EqualTo(1));
        });
    }

    private async Task<Dictionary<string, TableRow>> RunAsync(Dictionary<string, string> verdicts, string[] control, string customers)
    {
        string run = mailing.NewRun();
        int count = Mailing.Customers.Count;
        ColumnBatch lists = new(Recommendations.Schema, count), segments = new(Segments.Schema, count), table = new(Verdicts.Schema, count);
        for (int n = 0; n < count; n++)
        {
            string user = Mailing.Customers[n];
            lists.Text(Recommendations.UserId).Append(user);
            lists.Text(Recommendations.ItemId).Append("kettle");
            lists.Text(Recommendations.Source).Append("sar");
            lists.Text(Recommendations.BecauseItemId).AppendNull();
            lists.Text(Recommendations.Segment).Append("new");
            segments.Text(Segments.UserId).Append(user);
            segments.Text(Segments.Segment).Append("new");
            segments.Text(Segments.Arm).Append(control.Contains(user) ? Arms.Control : Arms.Treatment);
            table.Text(Verdicts.UserId).Append(user);
            table.Text(Verdicts.Verdict).Append(verdicts.GetValueOrDefault(user, Verdicts.Send));
            table.Nulls(Verdicts.BestScore)[n] = true;
            lists.Count = segments.Count = table.Count = n + 1;
        }
        await RunWriter.WriteAsync(run, Stages.Train, (Recommendations.DataSet, [lists]), (Segments.DataSet, [segments]), (Verdicts.DataSet, [table]));
        StageRunner.MustRun(
            Stages.Email, "--run", run, "--key-ring", mailing.Ring, "--without-suppressions",
            "--customers", mailing.Folder.Write("verdicts.csv", "user_id,email,consent\n" + customers));
        return RunReader.Read(run, Recipients.DataSet).ToDictionary(row => row.Text(Recipients.UserId)!);
    }
}

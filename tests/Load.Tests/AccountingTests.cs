using Pipeline.Contracts;

namespace Pipeline.Load.Tests;

/// <summary>Random dirty files, made line by line with a known fate: what the stage says of each line must be that, and the sums must hold.</summary>
internal sealed class AccountingTests
{
    private const string Header = "user_id,item_id,time,event,quantity,price,revenue,basket_id\n";

    /// <summary>A line and what must become of it: kept, left out for a wish, or rejected with column, reason and value.</summary>
    private static readonly (string Line, string Fate)[] Kinds =
    [
        ("u1,i1,2024-05-01,view,,,,", "kept"),
        ("u2,i2,2024-05-02 10:00,purchase,2,1.5,,b1", "kept"),
        ("u3,\"i,3\",2024-05-03T10:00:00Z,Purchase,-1,3,,b1", "kept"),
        ("\"Zoë \"\"Z\"\"\",i1,2024-06-30,cart,1,2,,", "kept"),
        ("u1,POST,2024-05-01,purchase,1,4,4,", "excluded_item"),
        ("u1,POST,never,purchase,1,4,4,", "excluded_item"),
        ("u1,i1,2023-12-31T23:59:59,view,,,,", "excluded_before"),
        ("u1,i1,2023-01-01,view,many,,,", "excluded_before"),
        ("u1,i1,2024-07-01,view,,,,", "excluded_after"),
        (",i1,2024-05-01,view,,,,", "excluded_without_user"),
        ("  ,POST,never,view,,,,", "excluded_without_user"),
        ("anna@example.com,i1,2024-05-01,view,,,,", "user_id|address_as_user|"),
        ("u1,,2024-05-01,view,,,,", "item_id|missing_item|"),
        ("u1,i1,,view,,,,", "time|missing_time|"),
        ("u1,i1,31/31/2011,view,,,,", "time|invalid_time|31/31/2011"),
        ("u1,i1,anna@example.com,view,,,,", "time|invalid_time|"),
        ("u1,i1,2024-05-01,,,,,", "event|missing_event|"),
        ("u1,i1,2024-05-01,anna@example.com,,,,", "event|address_as_event|"),
        ("u1,i1,2024-05-01,achète,,,,", "event|invalid_event|achète"),
        ("u1,i1,2024-05-01,view,two,,,", "quantity|invalid_quantity|two"),
        ("u1,i1,2024-05-01,view,,NaN,,", "price|invalid_price|NaN"),
        ("u1,i1,2024-05-01,view,,,£1,", "revenue|invalid_revenue|£1"),
        ("u1,i1,2024-05-01,view,,,", "|wrong_field_count|"),
        ("u1,i1,2024-05-01,view,,,,,", "|wrong_field_count|"),
        ("", ""),
        ("\"u1,i1,2024-05-01,view,,,,", "|malformed_quotes|"),
        ("u1,i1\"x\",2024-05-01,\"view\"x,,,,", "|malformed_quotes|"),
    ];

    private static readonly string[] Wishes =
        ["--exclude-without-user", "--exclude-items", "^POST$", "--since", "2024-01-01", "--until", "2024-07-01"];

    [Test]
    public async Task Every_line_of_a_random_dirty_file_is_kept_left_out_or_rejected_with_its_number([Range(1, 12)] int seed)
    {
        var random = new Random(seed);
        // Each file has kinds of its own, so that no reason is always there.
        (string Line, string Fate)[] kinds = [.. Kinds.Where(_ => random.Next(3) > 0), Kinds[0]];
        (string Line, string Fate)[] lines = [.. Enumerable.Range(0, random.Next(1, 3_000)).Select(_ => kinds[random.Next(kinds.Length)]), Kinds[0]];
        string newLine = random.Next(2) == 0 ? "\n" : "\r\n";

        using LoadRun load = LoadRun.Of(Header + string.Join(newLine, lines.Select(l => l.Line)) + newLine, Wishes);

        string[] rejects = [.. lines.Select((l, n) => (l.Fate, Line: n + 2)).Where(l => l.Fate.Contains('|', StringComparison.Ordinal)).Select(l => $"{l.Line}|{l.Fate}")];
        Assert.That(await load.RejectsAsync(), Is.EqualTo(rejects));

        Dictionary<string, long> fates = lines.Where(l => l.Fate.Length > 0)
            .CountBy(l => l.Fate.Contains('|', StringComparison.Ordinal) ? l.Fate.Split('|')[1] : l.Fate).ToDictionary(f => f.Key, f => (long)f.Value);
        IReadOnlyDictionary<string, long> counters = load.Output.Manifest().Counters;
        Assert.That(counters["rows_kept"], Is.EqualTo(fates["kept"]).And.EqualTo((await load.InteractionsAsync(Interactions.UserId)).Length));
        Assert.That(
            counters.Where(c => c.Key.StartsWith("dropped_", StringComparison.Ordinal)).Select(c => (c.Key["dropped_".Length..], c.Value)),
            Is.EquivalentTo(fates.Where(f => f.Key != "kept").Select(f => (f.Key, f.Value))));

        Profile profile = Profile.TryParse(load.Output.Bytes("profile.json"))!;
        Assert.That(profile.Rejected.Values.Sum(), Is.EqualTo(rejects.Length).And.EqualTo(counters["rejected"]));
        Assert.That(profile.Excluded.Values.Sum(), Is.EqualTo(counters["excluded"]));
        Assert.That(
            profile.Interactions + profile.Excluded.Values.Sum() + profile.Rejected.Values.Sum(),
            Is.EqualTo(profile.Lines).And.EqualTo(counters["rows_in"]).And.EqualTo(fates.Values.Sum()));
    }
}

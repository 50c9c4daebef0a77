using System.Text;
using System.Text.Json;
using Pipeline.Hosting;

namespace Pipeline.Load.Tests;

internal sealed class ProfileTests
{
    [Test]
    public void Profile_says_what_the_interactions_look_like()
    {
        using LoadRun load = LoadRun.Of(
            """
            user_id,item_id,time,event,quantity,price
            u2,i1,2024-05-03T10:00:00.5Z,purchase,2,1.5
            u1,i1,2024-05-01,view,,
            u1,i2,2024-05-04 23:30,return,-1,0.5
            u1,POST,2020-01-01,purchase,1,9
            u3,i3,never,view,,
            ,i3,2024-05-01,view,,
            u1,i1,2024-05-02,view,,
            """,
            catalogue: "item_id,price\ni1,1\ni1,2\ni2,cheap\n", ["--exclude-items", "POST"]);

        Assert.That(Encoding.UTF8.GetString(load.Output.Bytes("profile.json")), Is.EqualTo("""
            {
              "contract": "profile/1",
              "verdict": "not_worth_running",
              "lines": 7,
              "interactions": 4,
              "excluded": {
                "excluded_item": 1
              },
              "rejected": {
                "invalid_time": 1,
                "missing_user": 1
              },
              "users": 2,
              "users_with_two_purchases": 0,
              "items": 2,
              "from": "2024-05-01T00:00:00+00:00",
              "to": "2024-05-04T23:30:00+00:00",
              "events": {
                "purchase": 1,
                "return": 1,
                "view": 2
              },
              "revenue": 2.5,
              "repeat_share": 0.25,
              "user_activity": {
                "median": 1,
                "p90": 3,
                "p99": 3,
                "max": 3
              },
              "item_activity": {
                "median": 1,
                "p90": 3,
                "p99": 3,
                "max": 3
              },
              "catalogue": {
                "lines": 3,
                "products": 1,
                "rejected": {
                  "duplicate_item": 1,
                  "invalid_price": 1
                }
              }
            }
            """));
    }

    [Test]
    public void Profile_is_the_same_for_any_order_of_the_lines()
    {
        string[] lines = [.. Enumerable.Range(0, 400).Select(n => $"u{n * n % 37},i{n * 7 % 11},2024-05-{n % 28 + 1:D2},{(n % 3 == 0 ? "view" : "purchase")},{n % 5 + 1},{n * 0.1:0.0}{n % 7}")];
        using LoadRun forwards = Load(lines), backwards = Load(lines.Reverse());

        Assert.That(backwards.Output.Bytes("profile.json"), Is.EqualTo(forwards.Output.Bytes("profile.json")));

        static LoadRun Load(IEnumerable<string> lines) => LoadRun.Of($"user_id,item_id,time,event,quantity,price\n{string.Join('\n', lines)}\n");
    }

    [Test]
    public void Profile_is_shown_as_records_of_the_log()
    {
        using LoadRun load = LoadRun.Of("""
            user_id,item_id,time,price
            u1,i1,2024-05-01,1.5
            u1,i1,2024-05-02,1000
            ,i1,2024-05-01,1
            """, "--exclude-without-user");

        JsonElement[] tables = [.. load.Result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonElement.Parse(line)).Where(line => line.GetProperty("EventId").GetInt32() == LogEvents.Table.Id)];

        Assert.That(tables.Select(t => t.GetProperty("Message").GetString()), Is.EqualTo(new[]
        {
            "profile: 2 interactions of 1 users with 1 items, 2024-05-01 to 2024-05-02", "activity: 2 interactions of a user, 2 of an item (medians)",
        }));
        JsonElement figures = tables[0].GetProperty("State");
        Assert.That(
            new[] { "lines", "interactions", "excluded_without_user", "users_with_two_purchases", "event_purchase" }.Select(name => figures.GetProperty(name).GetInt64()),
            Is.EqualTo(new[] { 3L, 2, 1, 1, 2 }));
        Assert.That(tables[1].GetProperty("State").GetProperty("user_p99").GetInt64(), Is.EqualTo(2));
    }

    [Test]
    public void Profile_lines_up_for_people()
    {
        string lines = string.Concat(Enumerable.Range(0, 1200).Select(n => $"u{n % 30},i{n % 7},2024-05-01,1.25\n"));
        using LoadRun load = LoadRun.Of($"user_id,item_id,time,price\n{lines}u1,,2024-05-01,1\n");

        string[] table = JsonElement.Parse(load.Result.Output.Split('\n').First(line => line.Contains("profile: ", StringComparison.Ordinal)))
            .GetProperty("State").GetProperty("table").GetString()!.Split('\n');
        Assert.That(table, Is.EqualTo(new[]
        {
            "  profile                           count    share",
            "────────────────────────────────────────────────────",
            "  lines                             1,201",
            "    kept                            1,200    99.9%",
            "    rejected: missing item              1     0.1%",
            "  users                                30",
            "    with two purchases                 30   100.0%",
            "  items                                 7",
            "  interactions                      1,200",
            "    purchase                        1,200   100.0%",
            "    repeats of user and item                 82.5%",
            "  revenue                            0.00",
            "  first day                    2024-05-01",
            "  last day                     2024-05-01",
            "  verdict                            thin",
        }));
    }

    [Test]
    public void Load_refuses_a_column_that_holds_no_events()
    {
        string lines = string.Concat(Enumerable.Range(0, 300).Select(n => $"u1,i1,2024-05-01,comment {n}\n"));
        using LoadRun load = LoadRun.Try($"user_id,item_id,time,event\n{lines}");

        load.MustBeRefused(3, "more than 256 different events: is the column mapped as event the right one?");
    }

    [TestCase(999, 1_000, Verdict.NotWorthRunning)]
    [TestCase(1_000, 24, Verdict.NotWorthRunning)]
    [TestCase(1_000, 25, Verdict.Thin)]
    [TestCase(49_999, 1_000, Verdict.Thin)]
    [TestCase(50_000, 999, Verdict.Thin)]
    [TestCase(50_000, 1_000, Verdict.Enough)]
    public void Verdict_follows_from_interactions_and_buyers(long interactions, long buyers, Verdict expected) =>
        Assert.That(Verdicts.Of(interactions, buyers), Is.EqualTo(expected));

    [TestCase(1_000, 25, "thin", "thin data: 1,000 interactions and 25 users with two purchases, where 50,000 and 1,000 are advised")]
    [TestCase(1_000, 24, "not_worth_running", "not worth running: 1,000 interactions and 24 users with two purchases, where at least 1,000 and 25 are needed")]
    public void Verdict_is_a_warning_and_no_failure(int interactions, int buyers, string expected, string words)
    {
        // Each buyer buys twice, the rest is looked at.
        IEnumerable<string> lines = Enumerable.Range(0, interactions).Select(n => n < 2 * buyers ? $"u{n / 2},i{n},2024-05-01,purchase" : $"u{n},i1,2024-05-01,view");
        using LoadRun load = LoadRun.Of($"user_id,item_id,time,event\n{string.Join('\n', lines)}\n");

        JsonElement warning = JsonElement.Parse(load.Result.Output.Split('\n').Single(line => line.Contains("\"LogLevel\":\"Warning\"", StringComparison.Ordinal)));
        Assert.That(warning.GetProperty("Message").GetString(), Does.StartWith(words));
        Assert.That(JsonElement.Parse(load.Output.Bytes("profile.json")).GetProperty("verdict").GetString(), Is.EqualTo(expected));
    }

    [Test]
    public void Profile_holds_times_at_the_ends_of_what_is_plausible()
    {
        using LoadRun load = LoadRun.Of("""
            user_id,item_id,time
            u1,i1,1990-01-01
            u1,i1,2099-12-31T23:59:59.999999
            """);

        Assert.That(
            Encoding.UTF8.GetString(load.Output.Bytes("profile.json")),
            Does.Contain("\"from\": \"1990-01-01T00:00:00+00:00\"").And.Contain("\"to\": \"2099-12-31T23:59:59.999999+00:00\""));
    }
}

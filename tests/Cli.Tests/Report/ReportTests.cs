using System.Text.RegularExpressions;
using Pipeline.Contracts;
using Pipeline.Storage;
using Pipeline.Testing;

namespace Pipeline.Cli.Tests.Report;

/// <summary>The report of a run: its figures counted again from the run's tables, one row at a time.</summary>
public class ReportTests
{
    private const int MostBytes = 600_000;

    private ReportedRun run = null!;
    private ReportPage page = null!;

    [OneTimeSetUp]
    public void Make()
    {
        run = SharedRun.Value;
        page = run.Page;
    }

    [Test]
    public void Run_says_where_its_report_is_and_what_its_stages_took()
    {
        IReadOnlyList<string[]> times = page.Table("Time and memory of the stages");
        Assert.Multiple(() =>
        {
            Assert.That(run.Result.Error, Does.Contain("report: ").And.Contain("report.html"));
            Assert.That(times.Select(row => row[0]), Is.EqualTo(Stages.All.Select(stage => stage.Name)));
            Assert.That(times.Select(row => ReportPage.Number(row[3])), Is.All.GreaterThan(10), "a process has more than 10 MB");
            Assert.That(page.Text, Does.Contain(">complete<"));
        });
    }

    [Test]
    public void Rows_and_reasons_are_those_of_the_manifests()
    {
        Manifest load = Manifest(Stages.Load), transform = Manifest(Stages.Transform), email = Manifest(Stages.Email);
        IReadOnlyList<string[]> reasons = page.Table("What was left out, by stage and reason");
        (string, string, long)[] expected =
        [
            .. from manifest in Stages.All.Select(Manifest)
               from counter in manifest.Counters
               where counter.Key.StartsWith("dropped_", StringComparison.Ordinal)
               select (manifest.Stage, counter.Key["dropped_".Length..].Replace('_', ' '), counter.Value),
        ];
        TableRow[] verdicts = [.. RunReader.Read(run.Path, Verdicts.DataSet)];
        Assert.Multiple(() =>
        {
            Assert.That(expected, Is.Not.Empty);
            Assert.That(reasons.Select(row => (row[0], row[1], ReportPage.Number(row[2]))), Is.EquivalentTo(expected));
            Assert.That(page.Counts("Lines of the interactions", 1), Is.EqualTo(new Dictionary<string, long>
            {
                ["in the files"] = load.Counters["rows_in"],
                ["read by load"] = load.Counters["rows_kept"],
                ["learned from"] = transform.Counters["rows_kept"],
            }));
            Assert.That(page.Counts("Customers", 1), Is.EqualTo(new Dictionary<string, long>
            {
                ["in the files"] = RunReader.Read(run.Path, Interactions.DataSet).Select(row => row.Text(Interactions.UserId)).Distinct().Count(),
                ["to learn from"] = RunReader.Read(run.Path, Users.DataSet).Count,
                ["with a list"] = verdicts.Count(row => row.Integer(Verdicts.ListLength) > 0),
                ["list worth a mail"] = verdicts.Count(row => row.Text(Verdicts.Verdict) == Verdicts.Send),
                ["may be mailed"] = email.Counters["rows_kept"],
            }));
        });
    }

    [Test]
    public void Interactions_over_time_are_those_of_the_run()
    {
        var byEvent = RunReader.Read(run.Path, Interactions.DataSet).GroupBy(row => row.Text(Interactions.Event)!).ToDictionary(g => g.Key, g => g.ToArray());
        var shown = page.Chart("Interactions by week")["series"]!.AsArray().ToDictionary(s => (string)s!["name"]!, s => s!["values"]!.AsArray().Select(v => (long)(double)v!).ToArray());
        string[] weeks = [.. page.Chart("Interactions by week")["labels"]!.AsArray().Select(label => (string)label!)];
        Assert.That(shown.Keys, Is.EquivalentTo(byEvent.Keys));
        foreach ((string name, TableRow[] rows) in byEvent)
        {
            Dictionary<string, int> weekly = rows.GroupBy(row => Monday(row.Time(Interactions.Time))).ToDictionary(g => g.Key, g => g.Count());
            Assert.That(shown[name], Is.EqualTo(weeks.Select(week => (long)weekly.GetValueOrDefault(week))), name);
            Assert.That(weekly.Keys, Is.SubsetOf(weeks), name);
        }
        double revenue = page.Chart("Revenue by week")["series"]![0]!["values"]!.AsArray().Sum(v => (double)v!);
        Assert.That(revenue, Is.EqualTo(byEvent.Values.SelectMany(rows => rows).Sum(row => Revenue(row))).Within(0.5));

        static string Monday(DateTime time) => $"{time.AddDays(-(((int)time.DayOfWeek + 6) % 7)):yyyy-MM-dd}";
    }

    [Test]
    public void Segments_and_sources_are_those_of_the_run()
    {
        Dictionary<string, long> Count(IEnumerable<TableRow> rows, Tables.Column column) => rows.GroupBy(row => row.Text(column)!).ToDictionary(g => g.Key, g => (long)g.Count());
        IReadOnlyList<TableRow> lists = RunReader.Read(run.Path, Recommendations.DataSet);
        Dictionary<string, long> segments = Count(RunReader.Read(run.Path, Segments.DataSet), Segments.Segment);
        Dictionary<string, long> summary = RunReader.Read(run.Path, SegmentSummary.DataSet).ToDictionary(row => row.Text(SegmentSummary.Segment)!, row => row.Integer(SegmentSummary.Customers));
        Assert.Multiple(() =>
        {
            Assert.That(page.Counts("Segments", 1), Is.EqualTo(summary).And.SubsetOf(segments));
            Assert.That(page.Counts("Recommendations by source", 2), Is.EqualTo(Count(lists, Recommendations.Source)));
            Assert.That(page.Counts("Share of the sources, by segment", 1), Is.EqualTo(Count(lists, Recommendations.Segment)));
        });
    }

    [Test]
    public void Coverage_and_scores_are_those_of_the_lists()
    {
        IReadOnlyList<TableRow> lists = RunReader.Read(run.Path, Recommendations.DataSet);
        Dictionary<string, int> places = lists.GroupBy(row => row.Text(Recommendations.ItemId)!).ToDictionary(g => g.Key, g => g.Count());
        TableRow[] ofModel = [.. lists.Where(row => row.Text(Recommendations.Source) == Sources.Sar)];
        IReadOnlyList<string[]> scores = page.Table("Scores");
        Assert.Multiple(() =>
        {
            Assert.That(page.Section("coverage"), Does.Match($"{places.Count} of [0-9]+ products that are offered"));
            Assert.That(page.Table("The most recommended products").Select(row => (int)ReportPage.Number(row[1])), Is.EqualTo(places.Values.OrderDescending().Take(10)));
            Assert.That(scores.Sum(row => ReportPage.Number(row[1])), Is.EqualTo(ofModel.Count(row => row.Integer(Recommendations.Rank) == 1)));
            Assert.That(scores.Sum(row => ReportPage.Number(row[2])), Is.EqualTo(ofModel.Count(row => row.Integer(Recommendations.Rank) > 1)));
            Assert.That(page.Chart("The long tail")["series"]![1]!["values"]!.AsArray().Sum(v => (double)v!), Is.EqualTo(1).Within(1e-9));
        });
    }

    [Test]
    public void Rules_are_the_counters_of_train()
    {
        Manifest train = Manifest(Stages.Train);
        Dictionary<string, long> rules = page.Counts("What the rules removed", 1);
        Assert.That(rules["in stock"], Is.EqualTo(train.Counters["items_removed_in_stock"]));
        Assert.That(rules["bought already, or not due again"], Is.EqualTo(train.Counters["pairs_removed_repurchase"]));
        Assert.That(rules.Values.Sum(), Is.EqualTo(train.Counters.Where(c => c.Key.Contains("_removed_", StringComparison.Ordinal)).Sum(c => c.Value)));
    }

    [Test]
    public void Ten_customers_of_several_segments_get_what_their_lists_say()
    {
        IReadOnlyList<TableRow> lists = RunReader.Read(run.Path, Recommendations.DataSet);
        var names = RunReader.Read(run.Path, Catalogue.DataSet).ToDictionary(row => row.Text(Catalogue.ItemId)!, row => row.Text(Catalogue.Name)!);
        Assert.That(page.Customers, Has.Count.EqualTo(10));
        foreach ((string id, string[] gets) in page.Customers)
        {
            IEnumerable<string> expected = lists.Where(row => row.Text(Recommendations.UserId) == id).OrderBy(row => row.Integer(Recommendations.Rank)).Select(row => names[row.Text(Recommendations.ItemId)!]);
            Assert.That(gets, Is.EqualTo(expected).And.Not.Empty, id);
        }
        string[] segments = [.. page.Customers.Select(c => lists.First(row => row.Text(Recommendations.UserId) == c.Id).Text(Recommendations.Segment)!).Distinct()];
        Assert.That(segments, Has.Length.GreaterThan(2));
    }

    [Test]
    public void Names_are_texts_and_never_code()
    {
        string own = Regex.Replace(page.Text, "<script>.*?</script>", "", RegexOptions.Singleline);
        Assert.That(own, Does.Contain("&lt;script&gt;alert(&#x27;x&#x27;)&lt;/script&gt;"), "the name is there");
        Assert.That(own, Does.Not.Contain("<script").And.Not.Contain("onerror=alert(1)>"));
        Assert.That(Regex.Count(page.Text, "<script"), Is.EqualTo(2), "the library and the report's own");
        Assert.That(own, Does.Not.Contain("<img src=x"));
    }

    [Test]
    public void Pictures_are_those_that_lie_in_the_catalogue()
    {
        string[] shown = [.. Regex.Matches(page.Text, "<img[^>]*src=\"([^\"]*)\"").Select(m => System.Net.WebUtility.HtmlDecode(m.Groups[1].Value))];
        Assert.That(shown, Is.Not.Empty.And.All.EqualTo(ReportedRun.Picture));
        Assert.That(Regex.Count(page.Text, "<span class=\"picture p[0-7]\""), Is.Positive, "initials for those that would have to be fetched");
    }

    [Test]
    public void Page_is_one_small_file_that_loads_nothing_and_holds_no_address()
    {
        string own = Regex.Replace(page.Text, "<script>.*?</script>", "", RegexOptions.Singleline);
        string[] addresses = [.. File.ReadLines(run["shop/customers.csv"]).Skip(1).Select(line => line.Split(',')[1]).Where(address => address.Length >= 8)];
        Assert.Multiple(() =>
        {
            Assert.That(page.Text, Has.Length.LessThan(MostBytes));
            Assert.That(page.Text, Does.Contain("default-src 'none'"));
            Assert.That(Regex.Matches(own, "(?:src|href)\\s*=\\s*\"([^\"]*)\"").Select(m => m.Groups[1].Value), Is.All.Matches("^(#|data:)"));
            Assert.That(own, Does.Not.Match("@import|url\\(|https?://"));
            Assert.That(page.Text, Does.Not.Contain("sourceMappingURL"));
            Assert.That(addresses, Is.Not.Empty);
            Assert.That(new LeakSearch(addresses).FindIn(page.Text, "report.html"), Is.Empty);
        });
    }

    [Test]
    public void Same_run_gives_the_same_bytes() =>
        Assert.That(File.ReadAllText(run.Report("again.html")), Is.EqualTo(page.Text));

    [Test]
    public void Every_chart_has_its_numbers_as_a_table()
    {
        Assert.That(page.Charts, Has.Count.GreaterThan(8));
        foreach (var chart in page.Charts)
        {
            int labels = chart["labels"]!.AsArray().Count;
            Assert.That(chart["series"]!.AsArray().Select(s => s!["values"]!.AsArray().Count), Is.All.EqualTo(labels).And.All.Positive, (string)chart["title"]!);
        }
        Assert.That(Regex.Count(page.Text, "<figure><figcaption>.*?</figcaption>\\s*<div class=\"chart\">.*?</div>\\s*<details><summary>The numbers</summary><div [^>]*><table>", RegexOptions.Singleline), Is.EqualTo(page.Charts.Count));
    }

    private static double Revenue(TableRow row) => row.Text(Interactions.Event) is Events.Purchase or Events.Return ? row.Number(Interactions.Revenue) : 0;

    private Manifest Manifest(StageContract stage) => RunReader.ReadManifest(run.Path, stage);
}

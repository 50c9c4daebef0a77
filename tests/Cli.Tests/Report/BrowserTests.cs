using Pipeline.Cli.Commands;
using Pipeline.Testing;

namespace Pipeline.Cli.Tests.Report;

/// <summary>The reports in a real browser. What it shows is left in <c>artifacts/report</c>, to be looked at.</summary>
public class BrowserTests
{
    /// <summary>Of a chart's points with another colour than the ground.</summary>
    private const string InkOfCharts =
        """
        [...document.querySelectorAll('canvas[data-chart]')].map(canvas => {
          const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
          const colours = new Set();
          let inked = 0;
          for (let at = 0; at < data.length; at += 4)
            if (data[at + 3] > 200) { inked++; colours.add(data[at] << 16 | data[at + 1] << 8 | data[at + 2]); }
          return { title: JSON.parse(canvas.dataset.chart).title, inked, colours: colours.size };
        })
        """;

    private readonly string pictures = Path.Combine(Checkout.Root, "artifacts", "report");
    private ReportedRun run = null!;
    private Browser browser = null!;

    [OneTimeSetUp]
    public void Make()
    {
        browser = Browser.Start();
        run = SharedRun.Value;
        Directory.CreateDirectory(pictures);
        CliTool.MustRun(
            EvaluateCommand.Create(), "--interactions", run["shop/interactions.csv"], "--user", "user_id", "--item", "item_id", "--time", "time", "--models", "sar,popular,random",
            "--resamples", "100", "--report", run["models.html"]);
    }

    [OneTimeTearDown]
    public void Remove() => browser?.Dispose();

    [TestCase("run/report.html", 1280, false)]
    [TestCase("run/report.html", 1280, true)]
    [TestCase("run/report.html", 390, false)]
    [TestCase("run/report.html", 390, true)]
    [TestCase("models.html", 1280, false)]
    [TestCase("models.html", 390, false)]
    public void Page_is_drawn_without_a_complaint_and_fits(string file, int width, bool isDark)
    {
        browser.Show(run[file], width, 844, isDark);
        var charts = browser.Ask(InkOfCharts)!.AsArray();
        File.WriteAllBytes(Path.Combine(pictures, $"{Path.GetFileNameWithoutExtension(file)}-{width}{(isDark ? "-dark" : "")}.png"), browser.Picture());
        Assert.Multiple(() =>
        {
            Assert.That(browser.Complaints, Is.Empty);
            Assert.That(browser.Requests, Is.Empty, "the page asks for nothing");
            Assert.That(charts, Has.Count.EqualTo(new ReportPage(run[file]).Charts.Count).And.Count.GreaterThan(3));
            foreach (var chart in charts)
            {
                // Axes and names alone have a few greys; bars and lines cover an area.
                Assert.That((int)chart!["inked"]!, Is.GreaterThan(1500), (string)chart["title"]!);
                Assert.That((int)chart["colours"]!, Is.GreaterThan(2), (string)chart["title"]!);
            }
            Assert.That((int)browser.Ask("document.documentElement.scrollWidth")!, Is.LessThanOrEqualTo(width), "the page scrolls sideways");
            Assert.That((int)browser.Ask("[...document.querySelectorAll('canvas[data-chart]')].filter(c => c.getBoundingClientRect().right > innerWidth + 1).length")!, Is.Zero, "a chart is cut off");
            Assert.That((bool)browser.Ask("getComputedStyle(document.body).backgroundColor === 'rgb(17, 22, 29)'")!, Is.EqualTo(isDark));
        });
    }

    [Test]
    public void Charts_show_as_many_bars_as_there_are_numbers()
    {
        browser.Show(run["run/report.html"], 1280, 844);
        var drawn = browser.Ask(
            "[...document.querySelectorAll('canvas[data-chart]')].map(canvas => Chart.getChart(canvas)).map(chart => chart.data.datasets.map((_, n) => chart.getDatasetMeta(n).data.filter(bar => bar.height !== 0 && bar.width !== 0).length))")!.AsArray();
        var charts = run.Page.Charts;
        Assert.That(drawn, Has.Count.EqualTo(charts.Count));
        foreach ((int at, var chart) in charts.Index())
        {
            int[] expected = [.. chart["series"]!.AsArray().Select(series => series!["values"]!.AsArray().Count(value => value is not null && (double)value != 0))];
            Assert.That(drawn[at]!.AsArray().Select(count => (int)count!), Is.EqualTo(expected), (string)chart["title"]!);
        }
    }

    [Test]
    public void Page_can_be_printed()
    {
        browser.Show(run["run/report.html"], 1280, 844, isDark: true);
        byte[] paper = browser.Print();
        File.WriteAllBytes(Path.Combine(pictures, "report.pdf"), paper);
        Assert.That(paper.AsSpan(0, 5).ToArray(), Is.EqualTo("%PDF-"u8.ToArray()));
        Assert.That(paper, Has.Length.GreaterThan(50_000), "charts are on it");
        Assert.That(browser.Complaints, Is.Empty);
    }
}

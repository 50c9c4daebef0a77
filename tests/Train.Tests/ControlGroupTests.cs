using System.Text;
using Pipeline.Contracts;
using Pipeline.Testing;

namespace Pipeline.Train.Tests;

/// <summary>Who is left unmailed for comparison: always the same, as many as asked for, and like all others.</summary>
public class ControlGroupTests
{
    private const int Customers = 100_000;

    /// <summary>Computed a second time by other means: <c>printf ann | openssl dgst -sha256 -hmac spring</c> begins with these digits.</summary>
    [TestCase("ann", "396d90ab3f3f71db")]
    [TestCase("b\u00F6b", "a5353d4d12484bc9")]
    public void Arm_is_drawn_by_the_HMAC_of_the_customer_under_the_campaign(string user, string firstDigits)
    {
        decimal drawn = Convert.ToUInt64(firstDigits, 16) / (1m + ulong.MaxValue);
        Assert.That(ArmOf(drawn, "spring", user), Is.EqualTo(Arms.Treatment));
        Assert.That(ArmOf(drawn + 0.0000000000000000001m, "spring", user), Is.EqualTo(Arms.Control));
    }

    /// <summary>The number in the group is binomial: within four standard deviations of what was asked for.</summary>
    [TestCase(0.001)]
    [TestCase(0.05)]
    [TestCase(0.5)]
    public void Share_is_what_was_asked_for(double share)
    {
        foreach (string campaign in (string[])["spring", "summer", "2026-11", "\u00FCbrig"])
        {
            double deviation = Math.Sqrt(Customers * share * (1 - share));
            Assert.That(Control(share, campaign, Customers), Has.Count.EqualTo(Customers * share).Within(4 * deviation), campaign);
        }
    }

    [Test]
    public void Nobody_and_everybody_can_be_asked_for()
    {
        Assert.That(Control(0, "spring", 1000), Is.Empty);
        Assert.That(Control(1, "spring", 1000), Has.Count.EqualTo(1000));
    }

    [Test]
    public void Larger_share_takes_others_in_and_lets_nobody_out() =>
        Assert.That(Control(0.05, "spring", Customers), Is.SubsetOf(Control(0.1, "spring", Customers)));

    /// <summary>Of those whom one campaign leaves out another leaves out its share, and no more: 5% of 5% of 100,000 are 250.</summary>
    [Test]
    public void Campaigns_draw_independently()
    {
        HashSet<int> spring = Control(0.05, "spring", Customers), summer = Control(0.05, "summer", Customers);
        Assert.That(spring.Count(summer.Contains), Is.EqualTo(250).Within(4 * Math.Sqrt(250)));
    }

    /// <summary>Chi-square with five degrees of freedom: 20.5 is passed once in a thousand.</summary>
    [Test]
    public void Group_is_independent_of_the_segment()
    {
        HashSet<int> control = Control(0.2, "spring", Customers);
        // Six segments of unequal sizes by what the id says, as ids that are given out in order have it.
        int[] sizes = [1_000, 4_000, 15_000, 20_000, 25_000, 35_000];
        double chiSquare = 0;
        int start = 0;
        foreach (int size in sizes)
        {
            int found = Enumerable.Range(start, size).Count(control.Contains);
            double expected = size * (control.Count / (double)Customers);
            chiSquare += Math.Pow(found - expected, 2) / expected + Math.Pow(found - expected, 2) / (size - expected);
            start += size;
        }
        Assert.That(start, Is.EqualTo(Customers));
        Assert.That(chiSquare, Is.LessThan(20.5));
    }

    /// <summary>Half of the customers are marked, in whatever order and with whatever history they come; the lists are those of a run without a group.</summary>
    [Test]
    public void Stage_marks_the_same_customers_whatever_else_there_is_and_makes_all_lists()
    {
        string[] lines = [.. Enumerable.Range(0, 60).Select(n => $"user-{n},{(n % 2 == 0 ? "kettle" : "cups")},2026-01-{1 + n % 28:00},purchase")];
        using var shop = new Shop(string.Join('\n', lines));
        using var other = new Shop(string.Join('\n', lines.Reverse()) + "\nnewcomer,teapot,2026-02-01,purchase\nuser-7,teapot,2026-02-01,view");
        string run = shop.Train("--control", "50%", "--campaign", "spring"), without = shop.Train();
        Dictionary<string, string> arms = ArmsOf(run), later = ArmsOf(other.Train("--control", "50%", "--campaign", "spring", "--top-k", "1"));
        Assert.Multiple(() =>
        {
            Assert.That(arms.Where(a => later[a.Key] != a.Value), Is.Empty);
            Assert.That(arms, Is.EquivalentTo(Enumerable.Range(0, 60).Select(n => KeyValuePair.Create($"user-{n}", ArmOf(0.5m, "spring", $"user-{n}")))));
            Assert.That(RunReader.ReadManifest(run, Stages.Train).Counters["control_customers"], Is.EqualTo(arms.Values.Count(arm => arm == Arms.Control)).And.InRange(15, 45));
            Assert.That(ArmsOf(without).Values, Is.All.EqualTo(Arms.Treatment));
            Assert.That(
                File.ReadAllBytes(Path.Combine(run, "03-recommended", "recommendations", "part-00000.parquet")),
                Is.EqualTo(File.ReadAllBytes(Path.Combine(without, "03-recommended", "recommendations", "part-00000.parquet"))));
        });
    }

    [Test]
    public void Group_without_a_campaign_is_refused()
    {
        using var shop = new Shop("ann,kettle,2026-01-01,purchase");
        StageResult unnamed = StageRunner.Run(Stages.Train, ["--run", shop.NewRun(), "--control", "5%"]);
        StageResult wrong = StageRunner.Run(Stages.Train, ["--run", shop.NewRun(), "--control", "101%", "--campaign", "spring"]);
        Assert.Multiple(() =>
        {
            Assert.That(unnamed.ExitCode, Is.EqualTo(2));
            Assert.That(unnamed.Error, Does.Contain("--control needs --campaign"));
            Assert.That(wrong.ExitCode, Is.EqualTo(2));
            Assert.That(wrong.Error, Does.Contain("--control '101%' must be a percentage such as 5%, at most 100%."));
        });
    }

    private static Dictionary<string, string> ArmsOf(string run) =>
        RunReader.Read(run, Segments.DataSet).ToDictionary(row => row.Text(Segments.UserId)!, row => row.Text(Segments.Arm)!);

    private static HashSet<int> Control(double share, string campaign, int customers) =>
        [.. Enumerable.Range(0, customers).Where(n => ArmOf((decimal)share, campaign, $"user-{n}") == Arms.Control)];

    private static string ArmOf(decimal share, string campaign, string user) => new ControlGroup(share, campaign).ArmOf(Encoding.UTF8.GetBytes(user));
}

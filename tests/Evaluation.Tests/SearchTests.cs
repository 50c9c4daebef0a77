namespace Pipeline.Evaluation.Tests;

public class SearchTests
{
    private static readonly SearchParameter[] Space =
        [SearchParameter.Parse("similarity", "jaccard|cosine|lift", 0), SearchParameter.Parse("half-life-days", "1..100", 2), SearchParameter.Parse("min-support", "1..10", 0)];

    private static readonly string[] First = ["jaccard", "30", "1"];

    [Test]
    public void Ranges_are_tried_evenly_on_a_logarithmic_scale() => Assert.Multiple(() =>
    {
        Assert.That(Space[1].ValueAt(0), Is.EqualTo("1"));
        Assert.That(Space[1].ValueAt(0.5), Is.EqualTo("10"));
        Assert.That(Space[1].ValueAt(1), Is.EqualTo("100"));
        Assert.That(Space[2].ValueAt(0.5), Is.EqualTo("3"), "whole numbers stay whole");
        Assert.That(Space[1].PointOf("10"), Is.EqualTo(0.5).Within(1e-12));
        Assert.That(Space[0].ValueAt(Space[0].PointOf("cosine")), Is.EqualTo("cosine"));
        Assert.That(Space[1].Text, Is.EqualTo("half-life-days=1..100"));
    });

    [TestCase("5..1")]
    [TestCase("0..1")]
    [TestCase("1..2..3")]
    [TestCase("a..b")]
    [TestCase("1|1")]
    [TestCase("a||b")]
    public void What_is_no_range_and_no_choice_is_refused(string text) =>
        Assert.That(() => SearchParameter.Parse("x", text, 0), Throws.TypeOf<FormatException>().With.Message.StartsWith($"x '{text}' must be"));

    [Test]
    public void The_first_trial_is_the_given_one_and_the_rest_lie_in_the_space()
    {
        List<SearchTrial> made = Make(20, seed: 1, Peak);
        Assert.Multiple(() =>
        {
            Assert.That(made[0].Values, Is.EqualTo(First));
            foreach (SearchTrial trial in made)
            {
                Assert.That(Space[0].Choices, Does.Contain(trial.Values[0]));
                Assert.That(Case.Number(trial.Values[1]), Is.InRange(1, 100));
                Assert.That(Case.Number(trial.Values[2]), Is.InRange(1, 10));
            }
        });
    }

    [Test]
    public void A_search_that_was_stopped_anywhere_goes_on_as_it_would_have([Values(0, 3, 10, 13, 19)] int stoppedAfter)
    {
        List<SearchTrial> whole = Make(20, seed: 1, Peak);
        Assert.That(Text(Make(20, seed: 1, Peak, [.. whole.Take(stoppedAfter)])), Is.EqualTo(Text(whole)));
    }

    [Test]
    public void Narrowing_comes_nearer_to_the_peak_than_chance([Values(1, 2, 3, 4, 5)] int seed)
    {
        List<SearchTrial> made = Make(60, seed, Peak);
        double random = made.Take(30).Max(t => t.Objective!.Value), all = made.Max(t => t.Objective!.Value);
        Assert.That(all, Is.GreaterThan(random).Or.GreaterThan(-0.01));
    }

    [Test]
    public void Another_seed_tries_others() => Assert.That(Text(Make(8, 1, Peak)), Is.Not.EqualTo(Text(Make(8, 2, Peak))));

    [Test]
    public void Of_equal_trials_the_first_is_the_best_and_undefined_ones_are_none() => Assert.Multiple(() =>
    {
        Assert.That(Search.Best([new(0, [], null), new(1, [], 0.5), new(2, [], 0.5)])!.Number, Is.EqualTo(1));
        Assert.That(Search.Best([new(0, [], null)]), Is.Null);
    });

    [TestCase(1, 1)]
    [TestCase(9, 2)]
    [TestCase(20, 4)]
    public void Every_trial_is_in_one_round(int trials, int rounds)
    {
        int[][] all = [.. new Search(Space, First, trials, 1).Rounds().Select(r => r.ToArray())];
        Assert.Multiple(() =>
        {
            Assert.That(all, Has.Length.EqualTo(rounds));
            Assert.That(all.SelectMany(r => r), Is.EqualTo(Enumerable.Range(0, trials)));
        });
    }

    /// <summary>Best with cosine, a half-life of 7 and a support of 3.</summary>
    private static double Peak(IReadOnlyList<string> values) =>
        (values[0] == "cosine" ? 0 : -1) - Math.Abs(Math.Log(Case.Number(values[1]) / 7)) - Math.Abs(Math.Log(Case.Number(values[2]) / 3));

    private static List<SearchTrial> Make(int trials, long seed, Func<IReadOnlyList<string>, double> objective, List<SearchTrial>? before = null)
    {
        var search = new Search(Space, First, trials, seed);
        List<SearchTrial> made = before ?? [];
        foreach (IReadOnlyList<int> round in search.Rounds())
            foreach (int number in round.Where(n => made.All(t => t.Number != n)).Reverse())
            {
                IReadOnlyList<string> values = search.ValuesOf(number, made);
                made.Add(new SearchTrial(number, values, objective(values)));
            }
        return [.. made.OrderBy(t => t.Number)];
    }

    private static string[] Text(IEnumerable<SearchTrial> trials) => [.. trials.Select(t => $"{t.Number} {string.Join(' ', t.Values)} {t.Objective:R}")];
}

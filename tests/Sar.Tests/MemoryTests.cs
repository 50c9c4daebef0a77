namespace Pipeline.Sar.Tests;

public class MemoryTests
{
    private const long Mega = 1_000_000;
    private static readonly Interactions Data = Draw();

    [Test]
    public void Estimate_adds_up_by_part()
    {
        SarEstimate estimate = SarModel.Estimate(Data, new SarOptions(), new RecommendOptions { K = 10 }, threads: 2);
        Assert.That(estimate.Input, Is.EqualTo(24 * 60_000));
        Assert.That(estimate.Affinity, Is.EqualTo(20 * 60_000 + 8 * 3000));
        Assert.That(estimate.Fitting, Is.EqualTo(8 * 60_000 + 16 * 3000));
        Assert.That(estimate.Similarity, Is.Zero);
        Assert.That(
            estimate.Peak, Is.EqualTo(estimate.Other + estimate.Input + estimate.Affinity + estimate.Index + estimate.Scratch
                + estimate.Recommendations));
    }

    [Test]
    public void What_else_the_process_takes_counts_in_the_estimate_and_against_the_budget()
    {
        SarEstimate alone = SarModel.Estimate(Data, new SarOptions { OtherMemory = 0 });
        SarEstimate beside = SarModel.Estimate(Data, new SarOptions { OtherMemory = 500 * Mega });
        Assert.That(beside.Peak - alone.Peak, Is.EqualTo(500 * Mega));
        Assert.That(new SarOptions { OtherMemory = -1 }.OtherMemory, Is.Zero);
        Assert.That(() => SarModel.Fit(Data, new SarOptions { OtherMemory = 500 * Mega, MemoryBudget = 400 * Mega }), Throws.InstanceOf<SarMemoryException>());
        Assert.That(() => SarModel.Fit(Data, new SarOptions { OtherMemory = 0, MemoryBudget = 400 * Mega }), Throws.Nothing);
    }

    [Test]
    public void Estimate_grows_with_the_columns_of_a_tile_not_with_the_square_of_the_items()
    {
        long few = SarModel.Estimate(Draw(items: 2000), new SarOptions()).Scratch, many = SarModel.Estimate(Draw(items: 4000), new SarOptions()).Scratch;
        Assert.That(many, Is.LessThan(2.2 * few));
    }

    [Test]
    public void Neighbours_and_normalised_scores_keep_similarities()
    {
        long nearest = SarModel.Estimate(Data, new SarOptions { Neighbours = 20 }).Similarity;
        long all = SarModel.Estimate(Data, new SarOptions(), new RecommendOptions { Normalize = true }).Similarity;
        Assert.That(nearest, Is.InRange(1, 12L * 21 * 2000));
        Assert.That(all, Is.InRange(1, 12L * 2000 * 2000));
    }

    [Test]
    public void A_budget_makes_the_groups_smaller_and_leaves_no_trace()
    {
        SarEstimate free = SarModel.Estimate(Data, new SarOptions(), threads: 1);
        var tight = new SarOptions { MemoryBudget = free.Peak - free.Scratch / 2 };
        SarEstimate kept = SarModel.Estimate(Data, tight, threads: 1);
        Assert.That(kept.Scratch, Is.LessThan(free.Scratch));
        Assert.That(kept.Peak, Is.LessThanOrEqualTo(tight.MemoryBudget));
        RecommendationLists lists = SarModel.Fit(Data, tight, threads: 1).RecommendAll(threads: 1);
        RecommendationLists expected = SarModel.Fit(Data, new SarOptions()).RecommendAll();
        Assert.That(lists.Items, Is.EqualTo(expected.Items));
        Assert.That(Cases.Text(lists.Scores) == Cases.Text(expected.Scores), Is.True);
    }

    [Test]
    public void A_budget_that_keeps_no_rows_still_normalises()
    {
        var recommend = new RecommendOptions { Normalize = true };
        SarEstimate free = SarModel.Estimate(Data, new SarOptions(), recommend);
        SarModel tight = SarModel.Fit(Data, new SarOptions { MemoryBudget = free.Peak - free.Similarity / 2 });
        int[] some = [1, 2, 3];
        RecommendationLists lists = tight.Recommend(some, recommend), expected = SarModel.Fit(Data, new SarOptions()).Recommend(some, recommend);
        Assert.That(lists.Items, Is.EqualTo(expected.Items));
        Assert.That(Cases.Text(lists.Scores), Is.EqualTo(Cases.Text(expected.Scores)));
    }

    [Test]
    public void Few_lists_keep_only_the_counted_rows_that_the_budget_has_room_for()
    {
        long increments = Data.UserCount * 400L;
        var plan = new MemoryPlan(60_000, 60_000, 3000, 3000, Data.ItemCount, increments, Counts: 0, Threads: 2);
        var free = new SarOptions();
        Assert.That(plan.CellsOfWorker(free, 3, 10, hasBaskets: false), Is.EqualTo(4_000_000));
        long needed = plan.Estimate(free, 3, 10, keepsRows: false, blocks: 0, hasBaskets: false).Peak + 30L * Data.ItemCount * 2;
        Assert.That(plan.CellsOfWorker(new SarOptions { MemoryBudget = needed + 2_400_000 }, 3, 10, hasBaskets: false), Is.EqualTo(100_000));
        Assert.That(plan.CellsOfWorker(new SarOptions { MemoryBudget = needed - 1 }, 3, 10, hasBaskets: false), Is.Zero);

        int[] some = [1, 2, 3];
        SarModel tight = SarModel.Fit(Data, new SarOptions { MemoryBudget = SarModel.Estimate(Data, free).Peak / 2 + 40 * Mega });
        RecommendationLists lists = tight.Recommend(some), expected = SarModel.Fit(Data, free).Recommend(some);
        Assert.That(lists.Items, Is.EqualTo(expected.Items));
        Assert.That(Cases.Text(lists.Scores), Is.EqualTo(Cases.Text(expected.Scores)));
    }

    [Test]
    public void Lists_are_the_same_however_few_rows_are_kept()
    {
        SarModel model = SarModel.Fit(Data, new SarOptions());
        var index = new CoOccurrenceIndex(model.Affinity.Pattern, model.Affinity.Pattern, 1, default);
        var rows = new CountedRows(new RowCounter(index, model.Options, kept: null), Data.ItemCount, mostCells: 0);
        foreach (int item in new[] { 0, 1, 0, 5, 1 })
            Assert.That(Cases.Text(rows.Row(item).Values.ToArray()), Is.EqualTo(Cases.Text(model.SimilarityRow(item).Values.ToArray())));
    }

    [Test]
    public void A_budget_that_cannot_be_kept_is_refused_before_the_work()
    {
        SarMemoryException fit = Assert.Throws<SarMemoryException>(() => SarModel.Fit(Data, new SarOptions { MemoryBudget = 2 * Mega }))!;
        Assert.That(fit.Message, Does.Contain("budget of 2 MB").And.Contain("would help"));
        Assert.That(fit.Required, Is.GreaterThan(fit.Budget));

        // Room for the model, not for the lists.
        SarEstimate free = SarModel.Estimate(Data, new SarOptions(), threads: 1);
        var options = new SarOptions { MemoryBudget = free.Peak - free.Scratch - free.Recommendations / 2 };
        SarModel model = SarModel.Fit(Data, options, threads: 1);
        Assert.That(() => model.RecommendAll(threads: 1), Throws.InstanceOf<SarMemoryException>().With.Message.Contains("fewer users"));
        Assert.That(() => SarModel.Estimate(Data, options, threads: 1), Throws.InstanceOf<SarMemoryException>());
    }

    [Test]
    public void A_budget_of_nothing_is_out_of_range() => Assert.That(
        () => SarModel.Fit(Data, new SarOptions { MemoryBudget = 0 }), Throws.InstanceOf<ArgumentOutOfRangeException>());

    private static Interactions Draw(int items = 2000)
    {
        var random = new Random(20261120);
        return Cases.Of(3000, items, [.. Enumerable.Range(0, 60_000).Select(n => new Event(random.Next(3000), n < items ? n : random.Next(items)))]);
    }
}

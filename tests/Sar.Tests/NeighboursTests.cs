namespace Pipeline.Sar.Tests;

internal sealed class NeighboursTests
{
    private static readonly Interactions Data = Draw();

    [Test]
    public void Nearest_rows_are_the_best_of_the_whole_rows(
        [Values] SimilarityKind kind, [Values(1, 3)] int support, [Values(1, 5, 60, 10_000)] int neighbours)
    {
        var options = new SarOptions { Similarity = kind, MinSupport = support };
        SarModel whole = SarModel.Fit(Data, options);
        SparseMatrix all = whole.SimilarityMatrix(), cut = SarModel.Fit(Data, options with { Neighbours = neighbours }).SimilarityMatrix();
        for (int item = 0; item < all.Rows; item++)
        {
            (int Item, double Value)[] expected = Nearest(all, item, neighbours);
            Assert.That(cut.Row(item).Indices.ToArray(), Is.EqualTo(expected.Select(cell => cell.Item)));
            Assert.That(Cases.Text(cut.Row(item).Values), Is.EqualTo(Cases.Text([.. expected.Select(cell => cell.Value)])));
        }
    }

    [Test]
    public void Every_set_of_instructions_keeps_the_same_neighbours([Values] SimilarityKind kind, [Values(0, 7)] int neighbours)
    {
        var options = new SarOptions { Similarity = kind, Neighbours = neighbours };
        SparseMatrix expected = SarModel.Fit(Data, options).SimilarityMatrix();
        CoOccurrenceIndex index = Index();
        foreach (InstructionSet set in Enum.GetValues<InstructionSet>().Where(set => set <= RecommendTuning.Best))
            foreach (int threads in new[] { 1, 3 })
                Assert.That(
                    Cases.Text(SimilarityRows.Build(index, options, set, threads, default).ToMatrix()) == Cases.Text(expected), Is.True, $"{set}");
    }

    // Enough candidates to be thinned out on the way, most of them equal to others, in rows that are counted in both ways.
    [Test]
    public void Nearest_of_a_wide_catalogue_are_the_best_of_the_whole_rows([Values] SimilarityKind kind, [Values(3, 100)] int neighbours)
    {
        var random = new Random(20261121);
        Interactions wide = Cases.Of(
            400, 2500, [.. Enumerable.Range(0, 30_000).Select(_ => new Event(random.Next(400), (int)(2500 * Math.Pow(random.NextDouble(), 2))))]);
        Incidence users = SarModel.Fit(wide, new SarOptions()).Affinity.Pattern;
        var index = new CoOccurrenceIndex(users, users, threads: 1, default);
        Assert.That(
            Enumerable.Range(0, index.Labels.Count).Select(index.StepsOf).Where(steps => steps > 0).Select(steps => steps < 2500 / 16).Distinct().Count(),
            Is.EqualTo(2));

        var options = new SarOptions { Similarity = kind };
        SparseMatrix all = SarModel.Fit(wide, options).SimilarityMatrix();
        string[] expected = [.. Enumerable.Range(0, all.Rows).Select(item => RowText(Nearest(all, item, neighbours)))];
        foreach (InstructionSet set in Enum.GetValues<InstructionSet>().Where(set => set <= RecommendTuning.Best))
        {
            SparseMatrix cut = SimilarityRows.Build(index, options with { Neighbours = neighbours }, set, threads: 2, default).ToMatrix();
            Assert.That(
                Enumerable.Range(0, cut.Rows).Select(item => RowText([.. cut.Row(item).Indices.ToArray().Zip(cut.Row(item).Values.ToArray())])),
                Is.EqualTo(expected), $"{set}");
        }
    }

    [Test]
    public void Lists_are_those_of_the_cut_down_matrix()
    {
        SarModel model = SarModel.Fit(Data, new SarOptions { Neighbours = 4 });
        SarModel given = SarModel.FromSimilarity(Data, model.SimilarityMatrix(), model.ItemUsers, new SarOptions());
        Assert.That(Cases.Bits(model), Is.EqualTo(Cases.Bits(given)));
    }

    // Users of each item: 2, 3, 2, 1; item 1 is 2/3 like 0 and 2, so the lower index stays. See Cases.Small.
    [Test]
    public void Equal_neighbours_go_by_index_and_the_item_itself_takes_no_place()
    {
        SparseMatrix similarity = SarModel.Fit(Cases.Small(), Cases.NoDecay with { Neighbours = 1 }).SimilarityMatrix();
        Assert.That(similarity.Row(1).Indices.ToArray(), Is.EqualTo(new[] { 0, 1 }));
        Assert.That(similarity.Row(2).Indices.ToArray(), Is.EqualTo(new[] { 1, 2 }));
        Assert.That(similarity.Row(3).Indices.ToArray(), Is.EqualTo(new[] { 3 }));
    }

    [Test]
    public void Fewer_than_no_neighbours_are_refused() => Assert.That(
        () => SarModel.Fit(Cases.Small(), new SarOptions { Neighbours = -1 }), Throws.InstanceOf<ArgumentOutOfRangeException>());

    /// <summary>The nearest of a whole row by sorting it, and the item itself.</summary>
    private static (int Item, double Value)[] Nearest(SparseMatrix all, int item, int neighbours)
    {
        (int Item, double Value)[] row = [.. all.Row(item).Indices.ToArray().Zip(all.Row(item).Values.ToArray())];
        return
        [
            .. row.Where(cell => cell.Item != item).OrderByDescending(cell => cell.Value).ThenBy(cell => cell.Item).Take(neighbours)
                .Concat(row.Where(cell => cell.Item == item)).OrderBy(cell => cell.Item),
        ];
    }

    private static string RowText((int Item, double Value)[] row) =>
        string.Join(' ', row.Select(cell => $"{cell.Item}:{BitConverter.DoubleToInt64Bits(cell.Value):x}"));

    private static CoOccurrenceIndex Index()
    {
        Incidence users = SarModel.Fit(Data, new SarOptions()).Affinity.Pattern;
        return new CoOccurrenceIndex(users, users, threads: 1, default);
    }

    private static Interactions Draw()
    {
        var random = new Random(20261120);
        return Cases.Of(300, 200, [.. Enumerable.Range(0, 5000).Select(_ => new Event(random.Next(300), (int)(200 * Math.Pow(random.NextDouble(), 2))))]);
    }
}

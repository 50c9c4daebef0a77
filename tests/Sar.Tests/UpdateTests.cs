using FsCheck;
using FsCheck.Fluent;

namespace Pipeline.Sar.Tests;

public class UpdateTests
{
    private static readonly SarOptions Updatable = Cases.NoDecay with { Updatable = true };

    [Test]
    public void Updates_equal_a_fit_of_all_and_leave_the_model_before_right() => Prop.ForAll(Batches.Arbitrary, batches =>
    {
        SarModel? before = null;
        string answersBefore = "";
        for (int count = 1; count <= batches.Parts.Length; count++)
        {
            SarModel model = before is null
                ? SarModel.Fit(batches.Parts[0], batches.Options with { Updatable = true }, threads: 2)
                : before.Update(batches.Parts[count - 1], threads: 1 + count % 3);
            string answers = Answers(SarModel.Fit(batches.All(count), batches.Options, threads: 1));
            if (Answers(model) != answers || (before is not null && Answers(before) != answersBefore))
                return false;
            (before, answersBefore) = (model, answers);
        }
        return true;
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(300).WithReplay(new Replay(new Rnd(20261120), null)));

    [Test]
    public void Update_counts_what_is_new_by_hand()
    {
        // Five users and four items, see Cases.Small. User 0 gets item 2, user 5 is new and has the new item 4 and item 3.
        SarModel model = SarModel.Fit(Cases.Small(), Updatable);
        SarModel updated = model.Update(Cases.Of(6, 5, new Event(0, 2, 7), new Event(0, 0, 1), new Event(5, 4), new Event(5, 3)));
        Assert.That((updated.UserCount, updated.ItemCount), Is.EqualTo((6, 5)));
        Assert.That(Counts(updated), Is.EqualTo("2 2 2 0 0 / 2 3 3 0 0 / 2 3 3 0 0 / 0 0 0 2 1 / 0 0 0 1 1"));
        Assert.That(Counts(model), Is.EqualTo("2 2 1 0 / 2 3 2 0 / 1 2 2 0 / 0 0 0 1"));
        Assert.That((updated.Affinity[0, 0], updated.Affinity[0, 2], model.Affinity[0, 0]), Is.EqualTo((3.0, 7.0, 2.0)));
    }

    [Test]
    public void CoOccurrence_is_raw_and_the_same_whether_kept_or_counted()
    {
        SarModel kept = SarModel.Fit(Cases.Small(), Updatable with { MinSupport = 3, Neighbours = 1 });
        SarModel counted = SarModel.Fit(Cases.Small(), Cases.NoDecay with { MinSupport = 3 });
        Assert.That(Counts(kept), Is.EqualTo("2 2 1 0 / 2 3 2 0 / 1 2 2 0 / 0 0 0 1").And.EqualTo(Counts(counted)));
        Assert.That(() => kept.CoOccurrence(0, 4), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => kept.CoOccurrence(-1, 0), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void An_empty_batch_changes_nothing_but_may_bring_users_and_items()
    {
        SarModel model = SarModel.Fit(Cases.Small(), new SarOptions { Updatable = true });
        Assert.That(Answers(model.Update(Cases.Of(5, 4))), Is.EqualTo(Answers(model)));
        Interactions all = Cases.Small();
        var wider = new Interactions(7, 9, all.Users, all.Items, all.Weights, all.Times);
        Assert.That(Answers(model.Update(Cases.Of(5, 4)).Update(Cases.Of(7, 9))), Is.EqualTo(Answers(SarModel.Fit(wider, new SarOptions()))));
    }

    [Test]
    public void A_model_without_interactions_can_be_updated()
    {
        SarModel model = SarModel.Fit(Cases.Of(0, 0), new SarOptions { Updatable = true });
        Assert.That(Answers(model.Update(Cases.Small())), Is.EqualTo(Answers(SarModel.Fit(Cases.Small(), new SarOptions()))));
    }

    [Test]
    public void A_basket_goes_on_filling()
    {
        // Basket 7 of user 0 gets item 2; so does the moment 5 of user 1, who has no numbers; user 0's moment 5 is another basket.
        SarOptions options = Updatable with { CoOccurrenceUnit = CoOccurrenceUnit.Basket };
        var first = new Interactions(2, 3, new[] { 0, 1 }, new[] { 0, 1 }, new double[2], new long[] { 5, 5 }, new[] { 7, -1 });
        var more = new Interactions(2, 3, new[] { 0, 1, 0 }, new[] { 2, 2, 1 }, new double[3], new long[] { 9, 5, 5 }, new[] { 7, -1, -1 });
        Assert.That(Counts(SarModel.Fit(first, options).Update(more)), Is.EqualTo("1 0 1 / 0 2 1 / 1 1 2"));
    }

    [Test]
    public void Rows_have_no_baskets_where_only_the_other_side_has([Values] bool isNewNumbered)
    {
        SarOptions options = Updatable with { CoOccurrenceUnit = CoOccurrenceUnit.Basket };
        Interactions plain = Cases.Of(1, 3, new Event(0, 0, Time: 1), new Event(0, 1, Time: 1));
        var numbered = new Interactions(1, 3, new[] { 0, 0 }, new[] { 0, 2 }, new double[2], new long[] { 1, 1 }, new[] { 3, 3 });
        SarModel model = isNewNumbered ? SarModel.Fit(plain, options).Update(numbered) : SarModel.Fit(numbered, options).Update(plain);
        Assert.That(Counts(model), Is.EqualTo("2 1 1 / 1 1 0 / 1 0 1"));
    }

    [Test]
    public void Counts_outgrow_sixteen_bits()
    {
        // Item 0 with item 1, of 65,530 users; then of 20 more, of whom 10 have item 2 as well; then item 2 of the first.
        Event[] Pairs(int first, int count, params int[] items) =>
            [.. Enumerable.Range(first, count).SelectMany(user => items.Select(item => new Event(user, item)))];
        SarModel model = SarModel.Fit(Cases.Of(65_530, 3, Pairs(0, 65_530, 0, 1)), Updatable);
        SarModel wide = model.Update(Cases.Of(65_550, 3, [.. Pairs(65_530, 20, 0, 1), .. Pairs(65_540, 10, 2)]));
        SarModel wider = wide.Update(Cases.Of(65_550, 3, Pairs(0, 65_530, 2)));
        Assert.That(Counts(wide), Is.EqualTo("65550 65550 10 / 65550 65550 10 / 10 10 10"));
        Assert.That(Counts(wider), Is.EqualTo("65550 65550 65540 / 65550 65550 65540 / 65540 65540 65540"));
        Assert.That(Counts(SarModel.Fit(Cases.Of(65_550, 2, Pairs(0, 65_550, 0, 1)), Updatable)), Is.EqualTo("65550 65550 / 65550 65550"));
    }

    [Test]
    public void A_model_can_be_updated_more_than_once()
    {
        SarModel model = SarModel.Fit(Cases.Small(), Updatable);
        Interactions one = Cases.Of(6, 4, new Event(4, 3), new Event(4, 0)), other = Cases.Of(6, 4, new Event(5, 1), new Event(5, 2));
        SarModel left = model.Update(one), right = model.Update(other);
        Assert.That(Counts(left), Is.EqualTo("3 2 1 1 / 2 3 2 0 / 1 2 2 0 / 1 0 0 2"));
        Assert.That(Counts(right), Is.EqualTo("2 2 1 0 / 2 4 3 0 / 1 3 3 0 / 0 0 0 1"));
        Assert.That(Counts(left.Update(other)), Is.EqualTo(Counts(right.Update(one))).And.EqualTo("3 2 1 1 / 2 4 3 0 / 1 3 3 0 / 1 0 0 2"));
    }

    [Test]
    public void A_cancelled_update_takes_nothing()
    {
        SarModel model = SarModel.Fit(Cases.Small(), Updatable);
        Interactions more = Cases.Of(5, 4, new Event(4, 3), new Event(4, 0));
        Assert.That(() => model.Update(more, cancellation: new CancellationToken(canceled: true)), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(Counts(model.Update(more)), Is.EqualTo("3 2 1 1 / 2 3 2 0 / 1 2 2 0 / 1 0 0 2"));
    }

    [Test]
    public void What_cannot_be_updated_says_so()
    {
        SarModel plain = SarModel.Fit(Cases.Small(), new SarOptions()), model = SarModel.Fit(Cases.Small(), Updatable);
        SarModel scorer = SarModel.FromSimilarity(Cases.Small(), plain.SimilarityMatrix(), plain.ItemUsers, Updatable);
        Assert.That(() => plain.Update(Cases.Small()), Throws.InvalidOperationException.With.Message.Contains("SarOptions.Updatable"));
        Assert.That(() => scorer.Update(Cases.Small()), Throws.InvalidOperationException.With.Message.Contains("SarOptions.Updatable"));
        Assert.That(() => scorer.CoOccurrence(0, 0), Throws.InvalidOperationException.With.Message.Contains("no counts"));
        Assert.That(() => model.Update(Cases.Of(4, 4)), Throws.ArgumentException.With.Message.Contains("4 users, the model of 5"));
        Assert.That(() => model.Update(Cases.Of(5, 3)), Throws.ArgumentException.With.Message.Contains("3 items, the model of 4"));
        Assert.That(() => model.Update(null!), Throws.ArgumentNullException);
    }

    [Test]
    public void Anybody_may_ask_any_model_while_another_is_made()
    {
        var random = new Random(20261120);
        Event[] events = [.. Enumerable.Range(0, 30_000).Select(_ => new Event(random.Next(1000), (int)(120 * Math.Pow(random.NextDouble(), 2))))];
        Interactions Part(int from, int to) => Cases.Of(1000, 120, events[from..to]);
        const int rounds = 20, step = 1000, start = 10_000;
        string[] expected = [.. Enumerable.Range(0, rounds + 1).Select(n => Rows(SarModel.Fit(Part(0, start + n * step), new SarOptions())))];

        SarModel[] models = new SarModel[rounds + 1];
        models[0] = SarModel.Fit(Part(0, start), new SarOptions { Updatable = true });
        int made = 0, wrong = 0, asked = 0;
        var readers = Enumerable.Range(0, 3).Select(reader => Task.Run(() =>
        {
            for (int n = reader, last = -1; last < rounds; n++)
            {
                // The newest model, which loses its counts while it is asked, and one that has lost them.
                last = Volatile.Read(ref made);
                foreach (int model in new[] { last, n % (last + 1) })
                    if (Rows(models[model]) != expected[model])
                        Interlocked.Increment(ref wrong);
                Interlocked.Increment(ref asked);
            }
        })).ToArray();
        for (int n = 0; n < rounds; n++)
        {
            models[n + 1] = models[n].Update(Part(start + n * step, start + (n + 1) * step));
            Volatile.Write(ref made, n + 1);
        }
        Task.WaitAll(readers);
        Assert.That((wrong, asked >= 3), Is.EqualTo((0, true)));
    }

    [Test]
    public void Counts_are_part_of_the_estimate_and_of_the_budget()
    {
        Interactions data = Narrow();
        SarEstimate plain = SarModel.Estimate(data, new SarOptions()), updatable = SarModel.Estimate(data, new SarOptions { Updatable = true });
        Assert.That(plain.Counts, Is.Zero);
        Assert.That(updatable.Peak, Is.EqualTo(plain.Peak + updatable.Counts));

        // The least a fit needs is what a refusal says.
        long Needed(SarOptions options) => Assert.Throws<SarMemoryException>(() => SarModel.Fit(data, options with { MemoryBudget = 1 }))!.Required;
        var options = new SarOptions { Updatable = true };
        Assert.That(Needed(options) - Needed(new SarOptions()), Is.EqualTo(updatable.Counts));

        // Room for the model, not for two.
        SarModel model = SarModel.Fit(data, options with { MemoryBudget = Needed(options) });
        Assert.That(() => model.Update(data), Throws.InstanceOf<SarMemoryException>());
    }

    [Test]
    public void Kept_counts_are_read_and_grow_cell_by_cell([Values] bool isWide, [Values(1, 2, 5)] int threads)
    {
        Interactions all = isWide ? Wide() : Narrow();
        Interactions part = new(
            all.UserCount, all.ItemCount, all.Users[..^2000], all.Items[..^2000], all.Weights[..^2000], all.Times[..^2000]);
        Incidence before = SarModel.Fit(part, Cases.NoDecay).Affinity.Pattern, now = SarModel.Fit(all, Cases.NoDecay).Affinity.Pattern;
        var index = new CoOccurrenceIndex(before, before, threads, CancellationToken.None);
        var next = new CoOccurrenceIndex(now, now, threads, CancellationToken.None);
        KeptCounts counts = KeptCounts.Count(index, threads, CancellationToken.None);
        Assert.That(WrongRows(counts, index), Is.Zero);
        Assert.That(counts.Bytes, Is.LessThanOrEqualTo(SarModel.Estimate(part, Updatable).Counts));
        Assert.That(counts.TryGet(next, 0, 0, out _), Is.False);

        Assert.That(counts.TryMove(index, before, next, now, null, threads), Is.True);
        Assert.That(WrongRows(counts, next), Is.Zero);
        Assert.That(counts.TryGet(index, 0, 0, out _), Is.False);
        Assert.That(counts.TryMove(index, before, next, now, null, threads), Is.False);
    }

    [Test]
    public void Counts_that_grow_little_by_little_change_their_form_in_time()
    {
        // One user gets one item of 400 after the other, from the 80th on; other users have one item each. With 100 cells a row is smaller dense.
        const int items = 400, first = 80;
        Incidence Units(int owned) => SarModel.Fit(
            Cases.Of(items + 1, items, [.. Enumerable.Range(0, items).Select(n => new Event(n + 1, n)), .. Enumerable.Range(0, owned).Select(n => new Event(0, n))]),
            Cases.NoDecay).Affinity.Pattern;
        Incidence units = Units(first);
        var index = new CoOccurrenceIndex(units, units, 1, CancellationToken.None);
        KeptCounts counts = KeptCounts.Count(index, 1, CancellationToken.None);
        for (int owned = first + 1; owned <= items; owned++)
        {
            Incidence now = Units(owned);
            var next = new CoOccurrenceIndex(now, now, 1, CancellationToken.None);
            Assert.That(counts.TryMove(index, units, next, now, null, threads: 2), Is.True);
            Assert.That(owned % 20 == 0 ? WrongRows(counts, next) : 0, Is.Zero, $"{owned} items");
            (units, index) = (now, next);
        }
        Assert.That(counts.Bytes, Is.EqualTo(KeptCounts.Count(index, 1, CancellationToken.None).Bytes));
    }

    /// <summary>Rows that are not read, or differ in a cell from the row as it is counted from the lists; of about 500 looked at.</summary>
    private static int WrongRows(KeptCounts counts, CoOccurrenceIndex index)
    {
        int labels = index.Labels.Count, wrong = 0;
        for (int label = 0; label < labels; label += 1 + labels / 500)
        {
            int[] row = new int[labels], touched = new int[labels], expected = new int[labels];
            foreach (int unit in index.HoldersOf(label))
                for (uint at = index.Units.Starts[unit]; at < index.Units.Starts[unit + 1]; at++)
                    expected[index.Units.IsShort ? index.Units.Short[at] : index.Units.Wide[at]]++;
            bool isRead = counts.TryRead(index, label, row, touched, out int count);
            bool isListed = touched.AsSpan(0, count).ToArray().All(other => row[other] > 0) && count == expected.Count(cell => cell > 0);
            int most = label * 7 % labels;
            wrong += isRead && isListed && row.AsSpan().SequenceEqual(expected)
                && counts.TryGet(index, label, most, out int cell) && cell == expected[most] ? 0 : 1;
        }
        return wrong;
    }

    /// <summary>Rows of counts of every form: dense, sparse, and sparse ones that become dense.</summary>
    private static Interactions Narrow()
    {
        var random = new Random(20261120);
        return Cases.Of(2000, 700, [.. Enumerable.Range(0, 12_000).Select(_ => new Event(random.Next(2000), (int)(700 * Math.Pow(random.NextDouble(), 5))))]);
    }

    /// <summary>More items than 16 bits number, nearly all rows sparse.</summary>
    private static Interactions Wide()
    {
        const int items = 66_000;
        var random = new Random(20261120);
        return Cases.Of(
            300, items,
            [.. Enumerable.Range(0, 75_000).Select(n => new Event(random.Next(300), n < items ? n : (int)(items * Math.Pow(random.NextDouble(), 4))))]);
    }

    private static string Counts(SarModel model) => string.Join(" / ", Enumerable.Range(0, model.ItemCount).Select(item =>
        string.Join(' ', Enumerable.Range(0, model.ItemCount).Select(other => model.CoOccurrence(item, other)))));

    private static string Rows(SarModel model) => string.Join('\n', Enumerable.Range(0, model.ItemCount).Select(item =>
        $"{string.Join(' ', model.SimilarityRow(item).Indices.ToArray())} {Cases.Text(model.SimilarityRow(item).Values)} {model.CoOccurrence(item, item / 2)}"));

    /// <summary>All that a model can be asked, as bits.</summary>
    private static string Answers(SarModel model)
    {
        var texts = new List<string> { Cases.Bits(model), Cases.Bits(model, new RecommendOptions { K = 3, ZeroScores = true, IncludeSeen = true }) };
        texts.Add($"{model.ReferenceTime} {Counts(model)}");
        texts.Add(Rows(model));
        texts.AddRange(new[] { model.PopularItems(5), model.PopularUsers(5) }.Select(Text));
        for (int item = 0; item < model.ItemCount; item++)
            texts.Add(Text(model.SimilarItems(item, 3)) + Text(model.RecommendForItems([item, item / 2], [0.7, 0.1])));
        for (int user = 0; user < model.UserCount; user++)
            texts.Add(Text(model.Recommend(user)) + string.Join(' ', Enumerable.Range(0, model.ItemCount).SelectMany(item => model.Explain(user, item))
                .Select(part => $"{part.Item} {BitConverter.DoubleToInt64Bits(part.Value)}")));
        return string.Join('\n', texts);
    }

    private static string Text(Ranking ranking) => $"{string.Join(' ', ranking.Indices)} {Cases.Text(ranking.Scores)}";

    /// <summary>
    /// Random events cut into two to four parts, some of them empty. Users and items appear when an event first names them; the last part knows
    /// all. A part has baskets or not.
    /// </summary>
    private sealed record Batches(RandomCase Given, int[] Cuts, int[] Baskets, bool[] HasBaskets, SarOptions Options)
    {
        public static Arbitrary<Batches> Arbitrary { get; } = Arb.From(
            from given in RandomCase.Rounding.Generator
            from parts in Gen.Choose(2, 4)
            from cuts in Gen.Choose(0, given.Events.Length).ArrayOf(parts - 1)
            from baskets in Gen.Choose(-1, 2).ArrayOf(given.Events.Length)
            from hasBaskets in Gen.Elements(false, true).ArrayOf(parts)
            from unit in Gen.Elements(Enum.GetValues<CoOccurrenceUnit>())
            from neighbours in Gen.Elements(0, 0, 1, 3)
            from reference in Gen.Elements<long?>(null, null, 3 * Cases.Day)
            select new Batches(given, [0, .. cuts.Order(), given.Events.Length], baskets, hasBaskets, given.Options with
            {
                CoOccurrenceUnit = unit,
                Neighbours = neighbours,
                ReferenceTime = reference,
            }));

        public Interactions[] Parts => [.. Enumerable.Range(1, HasBaskets.Length).Select(count => Rows(count, Cuts[count - 1], HasBaskets[count - 1]))];

        public Interactions All(int count) => Rows(count, 0, hasBaskets: true);

        public override string ToString() =>
            $"{Given with { Options = Options }}; cut at {string.Join(' ', Cuts)}; baskets {string.Join(' ', Baskets)}, {string.Join(' ', HasBaskets)}";

        /// <summary>The rows from one on to the end of a part; those of parts without baskets have none.</summary>
        private Interactions Rows(int parts, int from, bool hasBaskets)
        {
            Event[] known = Given.Events[..Cuts[parts]], rows = known[from..];
            bool isLast = parts == HasBaskets.Length;
            int[] baskets = [.. Enumerable.Range(from, rows.Length).Select(row => HasBaskets[PartOf(row)] ? Baskets[row] : -1)];
            Interactions plain = Cases.Of(
                isLast ? Given.Users : known.Select(e => e.User + 1).DefaultIfEmpty(0).Max(),
                isLast ? Given.Items : known.Select(e => e.Item + 1).DefaultIfEmpty(0).Max(), rows);
            return hasBaskets
                ? new(plain.UserCount, plain.ItemCount, plain.Users, plain.Items, plain.Weights, plain.Times, baskets) : plain;
        }

        private int PartOf(int row) => Enumerable.Range(0, HasBaskets.Length).First(part => row < Cuts[part + 1]);
    }
}

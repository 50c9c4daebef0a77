using FsCheck;
using FsCheck.Fluent;

namespace Pipeline.Sar.Tests;

/// <summary>Every fast way to a list gives the bits of the plain one: the whole similarity, then user after user.</summary>
internal sealed class FastPathTests
{
    private static readonly RecommendTuning Plain = new() { Path = RecommendPath.Plain };

    private static readonly InstructionSet[] Sets = [.. Enum.GetValues<InstructionSet>().Where(IsSupported)];

    private static readonly RecommendOptions[] Variants =
    [
        new(),
        new() { K = 1 },
        new() { K = 3, IncludeSeen = true },
        new() { K = 2, ZeroScores = true },
        new() { K = 100, IncludeSeen = true, ZeroScores = true },
        new() { K = 100 },
    ];

    private static readonly Interactions Middle = Draw(users: 700, items: 900, rows: 14_000, [-1, 0, 0.5, 0.7, 1, 3]);
    private static readonly Interactions MiddlePositive = Draw(users: 700, items: 900, rows: 14_000, [0.3, 0.5, 0.7, 1, 3]);

    [Test]
    public void Tiles_give_the_bits_of_the_plain_version_on_small_cases([Values] InstructionSet instructions) =>
        Holds(RandomCase.Rounding, given => IsSame(given, instructions));

    [Test]
    public void Tiles_give_the_bits_of_the_plain_version_on_small_positive_cases([Values] InstructionSet instructions) =>
        Holds(RandomCase.Positive, given => IsSame(given, instructions));

    [Test]
    public void Tiles_give_the_bits_of_the_plain_version_for_every_kind(
        [Values] SimilarityKind kind, [Values(1, 2, 4)] int support, [Values] bool isPositive)
    {
        var options = new SarOptions { Similarity = kind, MinSupport = support };
        SarModel model = SarModel.Fit(isPositive ? MiddlePositive : Middle, options);
        bool[] allowed = [.. Enumerable.Range(0, model.ItemCount).Select(item => item % 5 != 2)];
        foreach (RecommendOptions recommend in Variants.Append(new RecommendOptions { Allowed = allowed, ZeroScores = true, K = 40 }))
        {
            string expected = Bits(model, recommend, Plain);
            foreach (InstructionSet set in Sets)
                Assert.That(
                    Bits(model, recommend, new() { Path = RecommendPath.Tiled, Instructions = set }) == expected, Is.True, $"{set} {recommend}");
        }
    }

    [Test]
    public void Number_of_threads_and_blocks_leaves_no_trace([Values(1, 2, 5)] int threads, [Values(2, 3, 16)] int blocks)
    {
        SarModel model = SarModel.Fit(MiddlePositive, new SarOptions(), threads);
        var tuning = new RecommendTuning { Path = RecommendPath.Tiled, Blocks = blocks };
        Assert.That(Bits(model, new(), tuning, threads), Is.EqualTo(Bits(SarModel.Fit(MiddlePositive, new SarOptions()), new(), Plain)));
    }

    [Test]
    public void Some_users_in_any_order_get_their_lists([Values] RecommendPath path)
    {
        int[] users = [5, 699, 0, 5, 17, 350, 349];
        SarModel model = SarModel.Fit(Middle, new SarOptions { Similarity = SimilarityKind.Cosine });
        RecommendationLists some = model.RecommendTo(users, new(), new() { Path = path }), all = model.RecommendTo([.. Everybody(model)], new(), Plain);
        Assert.That(some.Users, Is.EqualTo(users));
        for (int list = 0; list < users.Length; list++)
        {
            Assert.That(some.ItemsOf(list).ToArray(), Is.EqualTo(all.ItemsOf(users[list]).ToArray()));
            Assert.That(Cases.Text(some.ScoresOf(list)), Is.EqualTo(Cases.Text(all.ScoresOf(users[list]))));
        }
    }

    [Test]
    public void Counts_beyond_16_bits_do_not_overflow([Values] InstructionSet instructions)
    {
        Assume.That(IsSupported(instructions));
        // 70,000 users have items 0 and 1; item 2 is had by a few of them, so that there is something to recommend.
        Event[] events = [.. Enumerable.Range(0, 140_000).Select(n => new Event(n / 2, n % 2)), new(7, 2), new(8, 2), .. Rare()];
        SarModel model = SarModel.Fit(Cases.Of(70_001, 40, events), Cases.NoDecay with { Similarity = SimilarityKind.CoOccurrence });
        int[] users = [7, 8, 9, 70_000, 100, 101];
        var options = new RecommendOptions { IncludeSeen = true };
        RecommendationLists fast = model.RecommendTo(users, options, new() { Path = RecommendPath.Tiled, Instructions = instructions });
        RecommendationLists plain = model.RecommendTo(users, options, Plain);
        Assert.That(fast.Items, Is.EqualTo(plain.Items));
        Assert.That(fast.Scores, Is.EqualTo(plain.Scores));
        Assert.That(fast.ScoresOf(2)[0], Is.EqualTo(140_000));

        static IEnumerable<Event> Rare() => Enumerable.Range(3, 37).Select(item => new Event(100 + item % 2, item));
    }

    [TestCase(1e-300)]
    [TestCase(1e-310)]
    [TestCase(1e99)]
    public void Weights_at_the_ends_of_the_range_give_the_bits_of_the_plain_version(double scale)
    {
        Interactions data = Draw(users: 60, items: 80, rows: 900, [scale, 3 * scale, scale / 7, 1e-4 * scale]);
        SarModel model = SarModel.Fit(data, new SarOptions { HalfLifeDays = 2 });
        Assert.That(Bits(model, new(), new() { Path = RecommendPath.Tiled }), Is.EqualTo(Bits(model, new(), Plain)));
    }

    [Test]
    public void Weights_of_very_different_size_give_the_bits_of_the_plain_version()
    {
        SarModel model = SarModel.Fit(Draw(users: 60, items: 80, rows: 900, [1e-90, 1e60, 1, 1e-30]), new SarOptions());
        Assert.That(Bits(model, new() { K = 60 }, new() { Path = RecommendPath.Tiled }), Is.EqualTo(Bits(model, new() { K = 60 }, Plain)));
    }

    [Test]
    public void Rows_on_demand_are_those_of_the_matrix([Values] SimilarityKind kind, [Values(1, 3)] int support)
    {
        SarModel model = SarModel.Fit(Middle, new SarOptions { Similarity = kind, MinSupport = support });
        SparseMatrix matrix = model.SimilarityMatrix();
        for (int item = 0; item < model.ItemCount; item++)
        {
            Assert.That(model.SimilarityRow(item).Indices.ToArray(), Is.EqualTo(matrix.Row(item).Indices.ToArray()));
            Assert.That(Cases.Text(model.SimilarityRow(item).Values), Is.EqualTo(Cases.Text(matrix.Row(item).Values)));
        }
    }

    [Test]
    public void Reasons_of_all_lists_are_those_of_each_alone([Values] SimilarityKind kind)
    {
        SarModel model = SarModel.Fit(Middle, new SarOptions { Similarity = kind });
        RecommendationLists lists = model.RecommendAll(new RecommendOptions { K = 3 });
        int[] because = model.Because(lists, threads: 2);
        for (int list = 0; list < lists.Count; list += 7)
            for (long at = lists.Starts[list]; at < lists.Starts[list + 1]; at++)
                Assert.That(because[at], Is.EqualTo(model.Because(list, lists.Items[at])));
    }

    private static bool IsSame(RandomCase given, InstructionSet instructions)
    {
        if (!IsSupported(instructions))
            return true;
        SarModel model = given.Fit();
        return Variants.All(options =>
        {
            string expected = Bits(model, options, Plain);
            return Bits(model, options, new() { Path = RecommendPath.Tiled, Instructions = instructions, Blocks = 2 }) == expected
                && Bits(model, options, new() { Path = RecommendPath.Sparse, Instructions = instructions }) == expected
                && Bits(model, options, new() { Path = RecommendPath.Counted }) == expected;
        });
    }

    private static bool IsSupported(InstructionSet set) => set switch
    {
        InstructionSet.Avx512 => Lanes512.IsSupported,
        InstructionSet.Avx2 => Lanes256.IsSupported,
        _ => true,
    };

    private static string Bits(SarModel model, RecommendOptions options, RecommendTuning tuning, int threads = 2)
    {
        RecommendationLists lists = model.RecommendTo([.. Everybody(model)], options, tuning, threads: threads);
        return $"{string.Join(' ', lists.Starts)} | {string.Join(' ', lists.Items)} | {Cases.Text(lists.Scores)}";
    }

    private static IEnumerable<int> Everybody(SarModel model) => Enumerable.Range(0, model.UserCount);

    private static void Holds(Arbitrary<RandomCase> cases, Func<RandomCase, bool> property) =>
        Prop.ForAll(cases, property).Check(Config.QuickThrowOnFailure.WithMaxTest(300).WithReplay(new Replay(new Rnd(20261120), null)));

    /// <summary>Early items more often and some users with long histories; weights from a few values that round when they are added.</summary>
    private static Interactions Draw(int users, int items, int rows, double[] weights)
    {
        var random = new Random(20261120);
        return Cases.Of(users, items,
        [
            .. Enumerable.Range(0, rows).Select(_ => new Event(
                (int)(users * Math.Pow(random.NextDouble(), 1.7)), (int)(items * Math.Pow(random.NextDouble(), 2.5)),
                weights[random.Next(weights.Length)], random.NextInt64(90 * Cases.Day))),
        ]);
    }
}

using Pipeline.Sar;

namespace Pipeline.Evaluation.Tests;

public class SplitsTests
{
    private static readonly Dictionary<string, Func<Interactions, Split>> All = new()
    {
        ["last days"] = rows => Splits.LastDays(rows, 20),
        ["leave last out"] = Splits.LeaveLastOut,
        ["by user"] = rows => Splits.ByUser(rows, 0.3, seed: 5),
        ["stratified"] = rows => Splits.Stratified(rows, 0.25, seed: 5),
    };

    [Test]
    public void Every_row_is_on_one_side_and_the_order_of_rows_leaves_no_trace(
        [Values("last days", "leave last out", "by user", "stratified")] string name, [Values(1, 2)] int seed)
    {
        Interactions rows = Rows.Random(seed);
        Split split = All[name](rows), shuffled = All[name](Rows.Shuffled(rows, seed));
        Assert.Multiple(() =>
        {
            Assert.That(Rows.Content(split.Training).Concat(Rows.Content(split.Truth)).Order(), Is.EqualTo(Rows.Content(rows)));
            Assert.That(Rows.Content(shuffled.Truth), Is.EqualTo(Rows.Content(split.Truth)));
        });
    }

    [Test]
    public void Last_days_are_those_before_the_newest_interaction()
    {
        Split split = Splits.LastDays(Rows.Of(2, 3, (0, 0, 1), (1, 1, 8), (0, 2, 10), (1, 2, 11)), days: 3);
        Assert.Multiple(() =>
        {
            Assert.That(Rows.Content(split.Truth).Select(r => r.Time / Rows.Day), Is.EqualTo(new[] { 10, 11 }));
            Assert.That(() => LeakDetector.Check(split.Training, split.Cut!.Value), Throws.Nothing);
        });
    }

    [Test]
    public void Leave_last_out_takes_the_newest_of_each_user_who_has_an_older_one()
    {
        // User 0: two items on the last day, the higher index goes. User 1: one moment. User 2: the last item was there before and goes.
        Split split = Splits.LeaveLastOut(Rows.Of(3, 5, (0, 1, 1), (0, 3, 4), (0, 2, 4), (1, 0, 9), (2, 4, 1), (2, 4, 2)));
        Assert.Multiple(() =>
        {
            Assert.That(Rows.Content(split.Truth), Is.EqualTo(new[] { (0, 3, 4 * Rows.Day), (2, 4, 2 * Rows.Day) }));
            Assert.That(() => LeakDetector.CheckEachUser(split.Training, split.Truth), Throws.Nothing);
            Assert.That(split.NewPairs().Count, Is.EqualTo(1), "user 2 has item 4 already, so that nobody could hit it");
        });
    }

    [Test]
    public void By_user_holds_out_the_newer_half_of_some_users_and_nothing_of_the_others()
    {
        Interactions rows = Rows.Random(4, users: 300);
        Split split = Splits.ByUser(rows, 0.3, seed: 5);
        int[] held = [.. Rows.Content(split.Truth).Select(r => r.User).Distinct()];
        Assert.That(held, Has.Length.EqualTo(90).Within(25));
        foreach (int user in held)
        {
            int inTraining = Items(split.Training, user), inTruth = Items(split.Truth, user);
            Assert.That(inTruth, Is.EqualTo((inTraining + inTruth) / 2));
        }

        static int Items(Interactions rows, int user) => Rows.Content(rows).Where(r => r.User == user).Select(r => r.Item).Distinct().Count();
    }

    [Test]
    public void Stratified_takes_the_share_of_each_users_items()
    {
        Interactions rows = Rows.Of(2, 12, [.. Enumerable.Range(0, 12).Select(item => (0, item, item)), .. Enumerable.Range(0, 10).Select(item => (1, item, item))]);
        Split split = Splits.Stratified(rows, 0.25, seed: 1);
        // 3 of 12; 2.5 of 10 are 2, half to even.
        Assert.That(Rows.Content(split.Truth).CountBy(r => r.User).OrderBy(u => u.Key).Select(u => u.Value), Is.EqualTo(new[] { 3, 2 }));
    }

    [Test]
    public void Another_seed_holds_out_others()
    {
        Interactions rows = Rows.Random(1);
        Assert.That(Rows.Content(Splits.Stratified(rows, 0.25, 1).Truth), Is.Not.EqualTo(Rows.Content(Splits.Stratified(rows, 0.25, 2).Truth)));
    }

    [Test]
    public void A_split_that_leaves_a_side_empty_is_refused()
    {
        Interactions rows = Rows.Of(2, 2, (0, 0, 1), (1, 1, 3));
        Assert.Multiple(() =>
        {
            Assert.That(() => Splits.LastDays(rows, 30), Refuses("The split by time leaves nothing to train with of 2 interactions over 2 days: hold out less."));
            Assert.That(() => Splits.AtTime(rows, 99 * Rows.Day), Refuses("leaves nothing held out of 2 interactions over 2 days: hold out more."));
            Assert.That(() => Splits.LeaveLastOut(rows), Refuses("nothing held out"));
            Assert.That(() => Splits.Stratified(rows, 0.1, 1), Refuses("nothing held out"));
            Assert.That(() => Splits.ByUser(rows, 0.9, 1), Refuses("nothing held out"));
        });

        static NUnit.Framework.Constraints.IResolveConstraint Refuses(string words) => Throws.TypeOf<SplitException>().With.Message.Contains(words);
    }

    [TestCase(0.0)]
    [TestCase(1.0)]
    [TestCase(double.NaN)]
    public void A_share_that_is_none_is_refused(double share) =>
        Assert.That(() => Splits.Stratified(Rows.Random(1), share, 1), Throws.TypeOf<ArgumentOutOfRangeException>());
}

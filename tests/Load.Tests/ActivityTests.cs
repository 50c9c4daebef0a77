using System.Text;

namespace Pipeline.Load.Tests;

internal sealed class ActivityTests
{
    [Test]
    public void Activity_is_told_by_rank()
    {
        Assert.That(Activity.Of([.. Enumerable.Range(1, 100).Select(n => (long)n).Reverse()]), Is.EqualTo(new Activity(50, 90, 99, 100)));
        Assert.That(Activity.Of([7]), Is.EqualTo(new Activity(7, 7, 7, 7)));
        Assert.That(Activity.Of([1, 2]), Is.EqualTo(new Activity(1, 2, 2, 2)));
        Assert.That(Activity.Of([5, 1, 1]), Is.EqualTo(new Activity(1, 5, 5, 5)));
    }

    [Test]
    public void Repeats_are_counted_exactly_while_the_pairs_fit()
    {
        var repeats = new RepeatCounter();
        Assert.That(repeats.Share, Is.Zero);
        foreach ((string user, string item) in (ReadOnlySpan<(string, string)>)[("u1", "i1"), ("u1", "i2"), ("u1", "i1"), ("u", "1i1"), ("u1", "i1")])
            repeats.Add(Encoding.UTF8.GetBytes(user), Encoding.UTF8.GetBytes(item));
        Assert.That(repeats.Share, Is.EqualTo(0.4), "three pairs in five");
    }

    [Test]
    public void Repeats_of_more_pairs_than_fit_are_told_from_a_sample_that_no_order_changes()
    {
        // Pair n occurs 1 + n mod 3 times, so half of all interactions repeat one.
        (byte[] User, byte[] Item)[] lines = [.. Enumerable.Range(0, 60_000).SelectMany(n => Enumerable.Repeat((Encoding.UTF8.GetBytes($"u{n % 251}"), Encoding.UTF8.GetBytes($"i{n / 251}")), 1 + n % 3))];
        double exact = Share(lines, 100_000), sampled = Share(lines, 4_000);

        Assert.That(exact, Is.EqualTo(0.5));
        Assert.That(sampled, Is.EqualTo(0.5).Within(0.02).And.Not.EqualTo(exact));
        new Random(1).Shuffle(lines);
        Assert.That(Share(lines, 4_000), Is.EqualTo(sampled));

        static double Share((byte[] User, byte[] Item)[] lines, int capacity)
        {
            var repeats = new RepeatCounter(capacity);
            foreach ((byte[] user, byte[] item) in lines)
                repeats.Add(user, item);
            return repeats.Share;
        }
    }
}

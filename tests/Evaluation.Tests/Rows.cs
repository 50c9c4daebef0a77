using Pipeline.Models;
using Pipeline.Sar;

namespace Pipeline.Evaluation.Tests;

/// <summary>Interactions for tests.</summary>
internal static class Rows
{
    public const long Day = 86_400_000_000;

    /// <summary>Interactions from (user, item, day); every weight is 1.</summary>
    public static Interactions Of(int users, int items, params (int User, int Item, int Day)[] rows) => new(
        users, items, rows.Select(r => r.User).ToArray(), rows.Select(r => r.Item).ToArray(), Enumerable.Repeat(1.0, rows.Length).ToArray(),
        rows.Select(r => r.Day * Day).ToArray());

    /// <summary>Interactions of users with a taste for one third of the items each, over 100 days.</summary>
    public static Interactions Random(long seed, int users = 80, int items = 60, int each = 12)
    {
        var random = new SeededRandom(seed, 1);
        var rows = new List<(int, int, int)>();
        for (int user = 0; user < users; user++)
            for (int n = 1 + random.Below(2 * each); n > 0; n--)
                rows.Add((user, random.Below(4) > 0 ? 3 * random.Below(items / 3) + user % 3 : random.Below(items), random.Below(100)));
        return Of(users, items, [.. rows]);
    }

    /// <summary>The same rows in another order.</summary>
    public static Interactions Shuffled(Interactions rows, long seed)
    {
        var random = new SeededRandom(seed, 2);
        int[] order = [.. Enumerable.Range(0, rows.Count).Select(n => (n, random.Next())).OrderBy(o => o.Item2).Select(o => o.n)];
        return new Interactions(
            rows.UserCount, rows.ItemCount, order.Select(n => rows.Users.Span[n]).ToArray(), order.Select(n => rows.Items.Span[n]).ToArray(),
            order.Select(n => rows.Weights.Span[n]).ToArray(), order.Select(n => rows.Times.Span[n]).ToArray());
    }

    /// <summary>What is in them, in an order of its own.</summary>
    public static List<(int User, int Item, long Time)> Content(Interactions rows) =>
        [.. Enumerable.Range(0, rows.Count).Select(n => (rows.Users.Span[n], rows.Items.Span[n], rows.Times.Span[n])).Order()];
}

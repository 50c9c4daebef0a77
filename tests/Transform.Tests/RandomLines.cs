using System.Globalization;

namespace Pipeline.Transform.Tests;

/// <summary>Few users, items, moments and baskets, so that many lines meet; some users and items are rare, and one line in ten is there before.</summary>
internal static class RandomLines
{
    private static readonly string[] Events = ["view", "cart", "purchase", "purchase", "purchase", "return", "return", "search"];

    public static Line[] Of(int seed)
    {
        var random = new Random(20_261_120 + seed);
        var lines = new List<Line>();
        while (lines.Count < 600)
            lines.Add(lines.Count > 0 && random.Next(10) == 0 ? lines[random.Next(lines.Count)] : Next(random));
        return [.. lines];
    }

    private static Line Next(Random random)
    {
        string happened = Events[random.Next(Events.Length)];
        int sign = happened == "return" ? -1 : 1;
        // Halves and quarters, so that sums are exact in any order.
        return new Line(
            $"u{Skewed(random, 16)}", $"i{Skewed(random, 16)}", happened,
            string.Create(CultureInfo.InvariantCulture, $"2024-05-{random.Next(1, 4):D2}T{random.Next(2):D2}:00:00Z"),
            random.Next(4) == 0 ? null : sign * random.Next(40) / 4.0,
            random.Next(4) == 0 ? null : sign * random.Next(1, 8) / 2.0,
            random.Next(3) == 0 ? null : $"b{random.Next(6)}");
    }

    private static int Skewed(Random random, int count) => random.Next(1 + random.Next(count));
}

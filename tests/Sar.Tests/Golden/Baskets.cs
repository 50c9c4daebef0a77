using System.Globalization;

namespace Pipeline.Sar.Tests.Golden;

internal static class Baskets
{
    /// <summary>Recommends for seeds written as <c>item:weight</c>, separated by blanks.</summary>
    public static Ranking Recommend(GoldenSet set, SimilarityKind kind, string seeds, int k)
    {
        string[][] parts = [.. seeds.Split(' ').Select(seed => seed.Split(':'))];
        int[] items = [.. parts.Select(part => set.Items[part[0]])];
        double[] weights = [.. parts.Select(part => double.Parse(part[1], CultureInfo.InvariantCulture))];
        return set.Model(kind, 1, "hl30").RecommendForItems(items, weights, k, zeroScores: true);
    }
}

namespace Pipeline.Sar.Tests.Golden;

/// <summary>
/// The rules by which numbers and lists equal the golden ones. The reference leaves the order among equal scores open, so its lists carry
/// two flags: <c>tied</c>, another item has the same score; <c>boundary</c>, that group of equals is cut by the end of the list.
/// </summary>
internal static class GoldenCompare
{
    private const double Relative = 1e-9;

    /// <summary>
    /// Relative 1e-9, and no absolute tolerance except where a sum has terms of both signs: decayed scores go down to 1e-200.
    /// </summary>
    public static bool IsClose(double actual, double expected, SimilarityKind kind = SimilarityKind.Jaccard)
    {
        double absolute = kind is SimilarityKind.Mutual or SimilarityKind.Lexicographers ? 1e-9 : 0;
        return Math.Abs(actual - expected) <= Relative * Math.Abs(expected) + absolute;
    }

    /// <summary>Asserts that our list is the golden one: its rows in any order, the ids of ours by rank.</summary>
    public static void AssertList(
        IEnumerable<GoldenRow> golden, string idColumn, string[] ids, ReadOnlySpan<double> scores, SimilarityKind kind, string what)
    {
        GoldenRow[] rows = [.. golden.OrderBy(row => row.Int("rank"))];
        Assert.That(ids, Has.Length.EqualTo(rows.Length), what);
        for (int n = 0; n < rows.Length; n++)
        {
            string place = $"{what}, rank {n + 1}: {ids[n]} {scores[n]:R}, golden {rows[n][idColumn]} {rows[n]["score"]}";
            Assert.That(IsClose(scores[n], rows[n].Double("score"), kind), Is.True, place);
            if (!rows[n].Flag("tied"))
                Assert.That(ids[n], Is.EqualTo(rows[n][idColumn]), place);
        }

        for (int start = 0, end; start < rows.Length; start = end)
        {
            double score = rows[start].Double("score");
            for (end = start + 1; end < rows.Length && IsClose(rows[end].Double("score"), score); end++) { }
            if (rows[start].Flag("tied") && !rows[start].Flag("boundary"))
                Assert.That(ids[start..end], Is.EquivalentTo(rows[start..end].Select(row => row[idColumn])), $"{what}, ranks {start + 1} to {end}");
        }
    }

    /// <summary>The same for a list that leaves out scores of 0: the golden one counts up to its first.</summary>
    public static void AssertListUpToZero(IEnumerable<GoldenRow> golden, string idColumn, string[] ids, ReadOnlySpan<double> scores, string what)
    {
        GoldenRow[] rows = [.. golden.OrderBy(row => row.Int("rank")).TakeWhile(row => row.Double("score") != 0)];
        int length = 0;
        while (length < scores.Length && scores[length] != 0)
            length++;
        AssertList(rows, idColumn, ids[..length], scores[..length], SimilarityKind.Jaccard, what);
    }
}

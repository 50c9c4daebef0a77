namespace Pipeline.Transform;

/// <summary>
/// Sums of money that do not depend on the order of the summands: each is rounded to a millionth of the currency and added as an
/// integer.
/// </summary>
internal static class Money
{
    private const double UnitsPerOne = 1e6;

    /// <summary>Adds amounts up by group.</summary>
    /// <param name="groups">The group of each amount.</param>
    /// <param name="amounts">The amounts.</param>
    /// <param name="groupCount">How many groups there are.</param>
    public static double[] SumBy(ReadOnlySpan<int> groups, ReadOnlySpan<double> amounts, int groupCount)
    {
        var units = new Int128[groupCount];
        for (int i = 0; i < groups.Length; i++)
            units[groups[i]] += (Int128)Math.Round(amounts[i] * UnitsPerOne);
        return [.. units.Select(u => (double)u / UnitsPerOne)];
    }
}

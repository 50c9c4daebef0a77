namespace Pipeline.Contracts;

/// <summary>
/// Sums of money that do not depend on the order of the summands: each is rounded to a millionth of the currency and added as an
/// integer.
/// </summary>
public static class Money
{
    private const double UnitsPerOne = 1e6;

    /// <summary>An amount in millionths.</summary>
    public static Int128 Units(double amount) => (Int128)Math.Round(amount * UnitsPerOne);

    /// <summary>A sum of millionths as an amount.</summary>
    public static double Amount(Int128 units) => (double)units / UnitsPerOne;
}

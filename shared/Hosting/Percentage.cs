using System.Globalization;

namespace Pipeline.Hosting;

/// <summary>Shares as people type and read them: <c>5%</c>, <c>2.5%</c>.</summary>
public static class Percentage
{
    /// <summary>What a percentage must look like, for messages.</summary>
    public const string Form = "must be a percentage such as 5%";

    /// <summary>Reads a percentage of at least 0.</summary>
    /// <param name="text">What was typed.</param>
    /// <param name="share">The share: 0.05 for <c>5%</c>. Exact, for limits are compared with counts.</param>
    public static bool TryParse(ReadOnlySpan<char> text, out decimal share)
    {
        share = 0;
        if (!text.EndsWith('%') || !decimal.TryParse(text[..^1], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal percent) || percent > 1_000_000)
            return false;
        share = percent / 100;
        return true;
    }

    /// <summary>A share with one digit, for example <c>24.9%</c>.</summary>
    public static string ToText(double share) => string.Create(CultureInfo.InvariantCulture, $"{share * 100:0.0}%");

    /// <summary>A change of a share or by a share, with its sign, for example <c>-12.0%</c>.</summary>
    public static string ToSignedText(double share) => string.Create(CultureInfo.InvariantCulture, $"{share * 100:+0.0;-0.0;0.0}%");

    /// <summary>A limit as it was typed, for example <c>5%</c>.</summary>
    public static string ToText(decimal share) => string.Create(CultureInfo.InvariantCulture, $"{share * 100:0.##########}%");
}

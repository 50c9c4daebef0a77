using System.Globalization;

namespace Pipeline.Cli.Report;

/// <summary>Figures and names as people read them.</summary>
internal static class Words
{
    /// <summary>1234567 as 1,234,567.</summary>
    public static string Count(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>A part of a whole as 12.3%; a dash where there is no whole.</summary>
    public static string Share(double part, double whole) => whole == 0 ? "–" : Share(part / whole);

    /// <summary>0.123 as 12.3%.</summary>
    public static string Share(double share) => string.Create(CultureInfo.InvariantCulture, $"{100 * share:0.0}%");

    /// <summary>A number with so many decimals; a dash for none.</summary>
    public static string Number(double? number, string form = "0.0000") => number?.ToString(form, CultureInfo.InvariantCulture) ?? "–";

    /// <summary>Money, in the shop's currency.</summary>
    public static string Money(double amount) => amount.ToString("N2", CultureInfo.InvariantCulture);

    /// <summary>A size in units of 1000.</summary>
    public static string Bytes(long? bytes) => bytes switch
    {
        null => "",
        < 1_000 => $"{bytes} B",
        < 1_000_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e3:0.0} kB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:N1} MB"),
    };

    /// <summary>A duration.</summary>
    public static string Seconds(double seconds) => seconds < 100
        ? string.Create(CultureInfo.InvariantCulture, $"{seconds:0.0} s")
        : string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(seconds / 60):N0} min {seconds % 60:00} s");

    /// <summary>A counter's name without its underscores.</summary>
    public static string Plain(string name) => name.Replace('_', ' ');

    /// <summary>A date.</summary>
    public static string Day(DateTime time) => time.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}

using System.Globalization;
using Pipeline.Hosting;

namespace Pipeline.Transform;

/// <summary>
/// Splits by time: interactions later than a moment are held out, for evaluation. The moment is told, or a span before the newest interaction.
/// </summary>
/// <param name="At">The moment, microseconds since 1970; null where it is not told.</param>
/// <param name="Last">The span in microseconds; null where it is not told.</param>
internal sealed record Holdout(long? At, long? Last)
{
    private const string AfterOption = "holdout-after", LastOption = "holdout-last";

    /// <summary>Long enough for everybody, and short enough to be counted in microseconds.</summary>
    private const int LongestSpan = 1_000_000;

    private static readonly long FirstTime = (DateTime.MinValue - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    private static readonly Dictionary<char, long> Units = new() { ['d'] = Days.Micros, ['h'] = Days.Micros / 24 };

    /// <summary>The option that was given.</summary>
    public string Option => Last is null ? AfterOption : LastOption;

    /// <summary>Reads its two options, of which only one may be given.</summary>
    public static Holdout Parse(OptionReader options)
    {
        long? at = options.OptionalTime(
            AfterOption, "Hold out the interactions later than this moment, in UTC unless it states an offset, for evaluation.");
        string? text = options.OptionalText(
            LastOption, "SPAN", "Hold out the last days or hours before the newest interaction, for example 14d or 36h.");
        long? last = null;
        if (text is not null && (last = Span(text)) is null)
            options.Mistake($"--{LastOption} '{text}' must be a span such as 14d or 36h.");
        if (at is not null && text is not null)
            options.Mistake($"--{AfterOption} and --{LastOption} are both given: choose one.");
        return new Holdout(at, last);
    }

    /// <summary>The moment behind which interactions are held out; null where none are.</summary>
    /// <param name="newest">Gives the time of the newest interaction; null where there is none.</param>
    public long? After(Func<long?> newest) => Last is not { } span ? At : newest() is { } time ? Math.Max(time - span, FirstTime) : null;

    /// <summary>Makes sure that what is held out lies in the future of all that is not.</summary>
    /// <exception cref="InvalidOperationException">It does not: a bug.</exception>
    public static void Check(long? after, long newestKept, long oldestHeldOut)
    {
        if (newestKept > after || oldestHeldOut <= after)
            throw new InvalidOperationException($"An interaction at {newestKept} was kept and one at {oldestHeldOut} held out, but the split is at {after}.");
    }

    /// <summary>A moment as people write it.</summary>
    public static string Text(long micros) =>
        DateTimeOffset.UnixEpoch.AddMicroseconds(micros).ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFF'Z'", CultureInfo.InvariantCulture);

    private static long? Span(string text) =>
        text.Length > 1 && Units.TryGetValue(text[^1], out long unit)
        && int.TryParse(text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number is > 0 and <= LongestSpan
            ? number * unit
            : null;
}

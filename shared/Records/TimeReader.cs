using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Pipeline.Records;

/// <summary>
/// Reads times as microseconds since 1970 UTC, in the years 1 to 9999. A time without an offset is one of the clocks of a time zone: where
/// they are turned back and show it twice, the second; where they are put forward and never show it, as if they were not. Thread-safe.
/// </summary>
public sealed class TimeReader
{
    /// <summary>ISO 8601; see <see cref="FieldParser"/>.</summary>
    public const string Iso8601 = "iso8601";

    /// <summary>Seconds since 1970 UTC, with or without decimals.</summary>
    public const string EpochSeconds = "epoch-seconds";

    /// <summary>Milliseconds since 1970 UTC, with or without decimals.</summary>
    public const string EpochMilliseconds = "epoch-milliseconds";

    private const int MaxLength = 64;

    private readonly string format;
    private readonly TimeZoneInfo? zone;
    private readonly long microsPerUnit;
    private readonly bool hasOffset;

    /// <summary>Creates a reader.</summary>
    /// <param name="format">One of the constants, or a pattern of .NET such as <c>dd/MM/yyyy HH:mm</c>.</param>
    /// <param name="zone">The zone of times that state no offset.</param>
    /// <exception cref="FormatException">The pattern is none that tells a day.</exception>
    public TimeReader(string format, TimeZoneInfo zone)
    {
        ArgumentNullException.ThrowIfNull(format);
        ArgumentNullException.ThrowIfNull(zone);
        this.format = format;
        this.zone = zone.HasSameRules(TimeZoneInfo.Utc) ? null : zone;
        microsPerUnit = format switch { EpochSeconds => 1_000_000, EpochMilliseconds => 1_000, _ => 0 };
        if (format == Iso8601 || microsPerUnit > 0)
            return;
        hasOffset = StatesOffset(format);
        CheckPattern();
    }

    /// <summary>A time.</summary>
    /// <param name="field">The field, without blanks around the time.</param>
    /// <param name="micros">Microseconds since 1970-01-01 UTC; without meaning where there is no time.</param>
    /// <returns>Whether the whole field is a time.</returns>
    public bool TryRead(ReadOnlySpan<byte> field, out long micros) =>
        microsPerUnit > 0 ? TryEpoch(field, out micros) : format == Iso8601 ? TryIso8601(field, out micros) : TryPattern(field, out micros);

    /// <summary>A time in ISO 8601, whatever the format is.</summary>
    /// <param name="field">The field, without blanks around the time.</param>
    /// <param name="micros">Microseconds since 1970-01-01 UTC; without meaning where there is no time.</param>
    /// <returns>Whether the whole field is a time.</returns>
    public bool TryIso8601(ReadOnlySpan<byte> field, out long micros) =>
        FieldParser.TryTime(field, out micros, out bool isUtc) && (isUtc || zone is null || TryToUtc(ref micros));

    private bool TryEpoch(ReadOnlySpan<byte> field, out long micros)
    {
        micros = 0;
        if (!Utf8Parser.TryParse(field, out decimal units, out int used) || used != field.Length || Math.Abs(units) > long.MaxValue)
            return false;
        decimal exact = Math.Floor(units * microsPerUnit);
        if (Math.Abs(exact) > long.MaxValue)
            return false;
        micros = (long)exact;
        return FieldParser.IsInCalendar(micros);
    }

    private bool TryPattern(ReadOnlySpan<byte> field, out long micros)
    {
        micros = 0;
        if (field.Length > MaxLength)
            return false;
        Span<char> text = stackalloc char[MaxLength];
        text = text[..Encoding.UTF8.GetChars(field, text)];
        if (hasOffset)
        {
            if (!DateTimeOffset.TryParseExact(text, format, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset moment))
                return false;
            micros = (moment.UtcTicks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;
            return true;
        }
        if (!DateTime.TryParseExact(text, format, CultureInfo.InvariantCulture, DateTimeStyles.None, out DateTime time))
            return false;
        micros = (time.Ticks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;
        return zone is null || TryToUtc(ref micros);
    }

    private bool TryToUtc(ref long micros)
    {
        DateTime local = DateTime.UnixEpoch.AddTicks(micros * TimeSpan.TicksPerMicrosecond);
        micros -= zone!.GetUtcOffset(DateTime.SpecifyKind(local, DateTimeKind.Unspecified)).Ticks / TimeSpan.TicksPerMicrosecond;
        return FieldParser.IsInCalendar(micros);
    }

    /// <summary>A pattern is good if a day written with it reads as that day again.</summary>
    private void CheckPattern()
    {
        var day = new DateTime(2011, 12, 9, 0, 0, 0, DateTimeKind.Utc);
        string text = day.ToString(format, CultureInfo.InvariantCulture);
        if (!TryPattern(Encoding.UTF8.GetBytes(text), out long micros)
            || Math.Abs(micros - (day - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond) >= TimeSpan.MicrosecondsPerDay)
        {
            throw new FormatException($"tells no day: 2011-12-09 would be '{text}'");
        }
    }

    private static bool StatesOffset(string pattern)
    {
        bool isQuoted = false;
        for (int at = 0; at < pattern.Length; at++)
        {
            switch (pattern[at])
            {
                case '\\':
                    at++;
                    break;
                case '\'' or '"':
                    isQuoted = !isQuoted;
                    break;
                case 'z' or 'K' when !isQuoted:
                    return true;
            }
        }
        return false;
    }
}

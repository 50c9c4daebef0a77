using System.Buffers.Text;
using Pipeline.Records;

namespace Pipeline.Cli.Sar;

/// <summary>How a time is written.</summary>
internal enum TimeNotation
{
    /// <summary>Seconds since 1970-01-01 UTC, whole or with a decimal point.</summary>
    EpochSeconds,

    /// <summary>ISO 8601, UTC where no offset is stated.</summary>
    Iso8601,
}

/// <summary>Reads times in either notation; the value itself says which.</summary>
internal static class Times
{
    public const long MicrosPerSecond = 1_000_000;

    private static readonly long FirstSecond = (DateTime.MinValue - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerSecond;
    private static readonly long LastSecond = (DateTime.MaxValue - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerSecond;

    /// <summary>A time from year 1 to 9999 as microseconds since 1970 UTC.</summary>
    public static bool TryRead(ReadOnlySpan<byte> field, out long micros, out TimeNotation notation)
    {
        notation = TimeNotation.Iso8601;
        if (FieldParser.TryTime(field, out micros))
            return true;
        notation = TimeNotation.EpochSeconds;
        if (Utf8Parser.TryParse(field, out long whole, out int used) && used == field.Length)
        {
            if (whole < FirstSecond || whole > LastSecond)
                return false;
            micros = whole * MicrosPerSecond;
            return true;
        }
        if (!FieldParser.TryNumber(field, out double seconds) || seconds < FirstSecond || seconds > LastSecond)
            return false;
        micros = (long)Math.Round(seconds * MicrosPerSecond);
        return true;
    }

    /// <summary>
    /// Whether seconds since 1970 have eight digits that read as a day from 1900 to 2100: 20211028 is then hardly the 22nd of August 1970.
    /// </summary>
    public static bool LooksLikeDate(long micros)
    {
        (long number, long rest) = Math.DivRem(micros, MicrosPerSecond);
        long year = number / 10_000, month = number / 100 % 100, day = number % 100;
        return rest == 0 && year is >= 1900 and <= 2100 && month is >= 1 and <= 12 && day >= 1 && day <= DateTime.DaysInMonth((int)year, (int)month);
    }

    /// <summary>The time for a message.</summary>
    public static string Text(long micros) =>
        DateTime.UnixEpoch.AddTicks(micros * TimeSpan.TicksPerMicrosecond).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture);
}

using System.Buffers.Text;

namespace Pipeline.Records;

/// <summary>Reads values from UTF-8 fields, the same under every culture and without allocating. Thread-safe.</summary>
public static class FieldParser
{
    private const long MicrosPerSecond = 1_000_000;
    private static readonly double[] PowersOfTen = [1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];
    private static readonly long FirstMicros = (DateTime.MinValue - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
    private static readonly long LastMicros = (DateTime.MaxValue - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    /// <summary>A finite number with a decimal point, for example <c>-12.5</c> or <c>1e5</c>.</summary>
    /// <param name="field">The field, without blanks around the number.</param>
    /// <param name="number">The number, the nearest there is; without meaning where there is none.</param>
    /// <returns>Whether the whole field is a number.</returns>
    public static bool TryNumber(ReadOnlySpan<byte> field, out double number) =>
        TryShortNumber(field, out number)
        || (Utf8Parser.TryParse(field, out number, out int used) && used == field.Length && double.IsFinite(number));

    /// <summary>
    /// True or false in the usual words, without regard to case: <c>true</c>, <c>yes</c>, <c>y</c>, <c>1</c>, and <c>false</c>,
    /// <c>no</c>, <c>n</c>, <c>0</c>.
    /// </summary>
    /// <param name="field">The field, without blanks around the word.</param>
    /// <param name="value">What the word says; false where it is none of these.</param>
    /// <returns>Whether the field is one of the words.</returns>
    public static bool TryBoolean(ReadOnlySpan<byte> field, out bool value)
    {
        value = IsOneOf(field, "true"u8, "yes"u8, "y"u8, "1"u8);
        return value || IsOneOf(field, "false"u8, "no"u8, "n"u8, "0"u8);

        static bool IsOneOf(ReadOnlySpan<byte> field, ReadOnlySpan<byte> a, ReadOnlySpan<byte> b, ReadOnlySpan<byte> c, ReadOnlySpan<byte> d) =>
            System.Text.Ascii.EqualsIgnoreCase(field, a) || System.Text.Ascii.EqualsIgnoreCase(field, b)
            || System.Text.Ascii.EqualsIgnoreCase(field, c) || System.Text.Ascii.EqualsIgnoreCase(field, d);
    }

    /// <summary>
    /// A time in ISO 8601 as microseconds since 1970 UTC: <c>2011-12-09</c>, <c>2011-12-09 12:50</c>, <c>2011-12-09T12:50:00.25Z</c>,
    /// <c>2011-12-09T12:50:00+01:00</c>. UTC where it states no offset; digits below a microsecond are cut off.
    /// Years 1 to 9999, in UTC too.
    /// </summary>
    /// <param name="field">The field, without blanks around the time.</param>
    /// <param name="micros">Microseconds since 1970-01-01 UTC; without meaning where there is no time.</param>
    /// <returns>Whether the whole field is such a time.</returns>
    public static bool TryTime(ReadOnlySpan<byte> field, out long micros) => TryTime(field, out micros, out _);

    /// <summary>As the other method; says also whether the time states its offset.</summary>
    /// <param name="field">The field, without blanks around the time.</param>
    /// <param name="micros">Microseconds since 1970-01-01 UTC, or of the clock that is meant where there is no offset.</param>
    /// <param name="hasOffset">Whether an offset or <c>Z</c> is stated.</param>
    /// <returns>Whether the whole field is such a time.</returns>
    public static bool TryTime(ReadOnlySpan<byte> field, out long micros, out bool hasOffset)
    {
        micros = 0;
        hasOffset = false;
        if (!TryDigits(field, 0, 4, out int year) || !Is(field, 4, '-') || !TryDigits(field, 5, 2, out int month) || !Is(field, 7, '-')
            || !TryDigits(field, 8, 2, out int day) || year is < 1 or > 9999 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month))
        {
            return false;
        }
        long days = new DateOnly(year, month, day).DayNumber - DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber;
        micros = days * 86_400 * MicrosPerSecond;
        if (field.Length == 10)
            return true;

        if (!(Is(field, 10, 'T') || Is(field, 10, ' ')) || !TryDigits(field, 11, 2, out int hour) || !Is(field, 13, ':')
            || !TryDigits(field, 14, 2, out int minute) || hour > 23 || minute > 59)
        {
            return false;
        }
        micros += (hour * 3600L + minute * 60L) * MicrosPerSecond;
        ReadOnlySpan<byte> rest = field[16..];
        if (Is(rest, 0, ':'))
        {
            if (!TryDigits(rest, 1, 2, out int second) || second > 59)
                return false;
            micros += second * MicrosPerSecond;
            rest = rest[3..];
            if (Is(rest, 0, '.') && !TryFraction(ref rest, ref micros))
                return false;
        }
        hasOffset = rest.Length > 0;
        return TryOffset(rest, ref micros) && IsInCalendar(micros);
    }

    /// <summary>Whether a time lies in the years 1 to 9999.</summary>
    internal static bool IsInCalendar(long micros) => micros >= FirstMicros && micros <= LastMicros;

    /// <summary>
    /// A number of at most 15 digits without an exponent, which is nearly every one. Both the digits as a whole number and the power of
    /// ten are exact, so that their quotient is rounded once, to the nearest there is.
    /// </summary>
    private static bool TryShortNumber(ReadOnlySpan<byte> field, out double number)
    {
        number = 0;
        bool isNegative = field.Length > 0 && field[0] == '-';
        ReadOnlySpan<byte> digits = isNegative ? field[1..] : field;
        if (digits.Length is 0 or > 16)
            return false;
        long whole = 0;
        int point = -1;
        for (int at = 0; at < digits.Length; at++)
        {
            byte digit = digits[at];
            if (char.IsAsciiDigit((char)digit))
                whole = whole * 10 + (digit - '0');
            else if (digit == '.' && point < 0)
                point = at;
            else
                return false;
        }
        int count = point < 0 ? digits.Length : digits.Length - 1;
        if (count is 0 or > 15)
            return false;
        number = point < 0 ? whole : whole / PowersOfTen[digits.Length - point - 1];
        if (isNegative)
            number = -number;
        return true;
    }

    private static bool TryFraction(ref ReadOnlySpan<byte> rest, ref long micros)
    {
        int digits = 0;
        long unit = MicrosPerSecond / 10;
        for (rest = rest[1..]; rest.Length > 0 && char.IsAsciiDigit((char)rest[0]); rest = rest[1..], unit /= 10, digits++)
            micros += (rest[0] - '0') * unit;
        return digits is > 0 and <= 9;
    }

    private static bool TryOffset(ReadOnlySpan<byte> rest, ref long micros)
    {
        if (rest.IsEmpty || (rest.Length == 1 && Is(rest, 0, 'Z')))
            return true;
        if (!(Is(rest, 0, '+') || Is(rest, 0, '-')) || !TryDigits(rest, 1, 2, out int hours) || hours > 18)
            return false;
        int minutes = 0;
        bool isWhole = rest.Length switch
        {
            3 => true,
            5 => TryDigits(rest, 3, 2, out minutes),
            6 => Is(rest, 3, ':') && TryDigits(rest, 4, 2, out minutes),
            _ => false,
        };
        if (!isWhole || minutes > 59)
            return false;
        long offset = (hours * 60 + minutes) * 60 * MicrosPerSecond;
        micros -= Is(rest, 0, '-') ? -offset : offset;
        return true;
    }

    private static bool Is(ReadOnlySpan<byte> field, int at, char expected) => at < field.Length && field[at] == expected;

    private static bool TryDigits(ReadOnlySpan<byte> field, int at, int count, out int value)
    {
        value = 0;
        if (at + count > field.Length)
            return false;
        foreach (byte digit in field.Slice(at, count))
        {
            if (!char.IsAsciiDigit((char)digit))
                return false;
            value = value * 10 + (digit - '0');
        }
        return true;
    }
}

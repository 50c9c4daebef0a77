using System.Globalization;
using System.Text;

namespace Pipeline.Records.Tests;

public class FieldParserTests
{
    [TestCase("2011-12-09", "2011-12-09T00:00:00Z")]
    [TestCase("2011-12-09 12:50", "2011-12-09T12:50:00Z")]
    [TestCase("2011-12-09T12:50", "2011-12-09T12:50:00Z")]
    [TestCase("2011-12-09 12:50:07", "2011-12-09T12:50:07Z")]
    [TestCase("2011-12-09T12:50:07Z", "2011-12-09T12:50:07Z")]
    [TestCase("2011-12-09T12:50Z", "2011-12-09T12:50:00Z")]
    [TestCase("2011-12-09T12:50:07.5", "2011-12-09T12:50:07.5Z")]
    [TestCase("2011-12-09T12:50:07.000001Z", "2011-12-09T12:50:07.000001Z")]
    [TestCase("2011-12-09T12:50:07+01:00", "2011-12-09T11:50:07Z")]
    [TestCase("2011-12-09T12:50:07-0530", "2011-12-09T18:20:07Z")]
    [TestCase("2011-12-09T12:50:07.25+02", "2011-12-09T10:50:07.25Z")]
    [TestCase("2011-12-09T00:30+01:00", "2011-12-08T23:30:00Z")]
    [TestCase("2012-02-29", "2012-02-29T00:00:00Z")]
    [TestCase("1969-12-31T23:59:59.999999Z", "1969-12-31T23:59:59.999999Z")]
    [TestCase("1970-01-01", "1970-01-01T00:00:00Z")]
    [TestCase("0001-01-01", "0001-01-01T00:00:00Z")]
    [TestCase("9999-12-31T23:59:59.999999", "9999-12-31T23:59:59.999999Z")]
    public void TryTime_reads_iso_8601_as_utc(string field, string expected)
    {
        long micros = (DateTimeOffset.Parse(expected, CultureInfo.InvariantCulture) - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
        Assert.That(FieldParser.TryTime(Encoding.UTF8.GetBytes(field), out long time), Is.True);
        Assert.That(time, Is.EqualTo(micros));
    }

    [Test]
    public void TryTime_cuts_off_what_is_below_a_microsecond()
    {
        FieldParser.TryTime("1970-01-01T00:00:00.123456789Z"u8, out long time);
        Assert.That(time, Is.EqualTo(123_456));
    }

    [TestCase("")]
    [TestCase("31/31/2011")]
    [TestCase("12/09/2011")]
    [TestCase("2011-02-30")]
    [TestCase("2011-02-29")]
    [TestCase("2011-13-01")]
    [TestCase("2011-00-10")]
    [TestCase("2011-12-00")]
    [TestCase("0000-01-01")]
    [TestCase("2011-12-9")]
    [TestCase("11-12-09")]
    [TestCase("20111209")]
    [TestCase("1323435000")]
    [TestCase("2011-12-09 24:00")]
    [TestCase("2011-12-09 12:60")]
    [TestCase("2011-12-09 12:50:60")]
    [TestCase("2011-12-09 12")]
    [TestCase("2011-12-09T")]
    [TestCase("2011-12-09  12:50")]
    [TestCase("2011-12-09_12:50")]
    [TestCase("2011-12-09T12:50:07.")]
    [TestCase("2011-12-09T12:50:07,5")]
    [TestCase("2011-12-09T12:50:07.1234567890")]
    [TestCase("2011-12-09T12:50:07+1")]
    [TestCase("2011-12-09T12:50:07+01:60")]
    [TestCase("2011-12-09T12:50:07+19:00")]
    [TestCase("2011-12-09T12:50:07+01:00:00")]
    [TestCase("2011-12-09T12:50:07Z+01:00")]
    [TestCase("2011-12-09T12:50:07 UTC")]
    [TestCase("2011-12-09Z")]
    [TestCase("0001-01-01T00:30+01:00")]
    [TestCase("9999-12-31T23:30-01:00")]
    public void TryTime_refuses_what_is_no_time(string field) =>
        Assert.That(FieldParser.TryTime(Encoding.UTF8.GetBytes(field), out _), Is.False);

    [TestCase("0", 0)]
    [TestCase("12", 12)]
    [TestCase("-12.5", -12.5)]
    [TestCase("+3", 3)]
    [TestCase("0.001", 0.001)]
    [TestCase(".5", 0.5)]
    [TestCase("007", 7)]
    [TestCase("1e3", 1000)]
    [TestCase("2.5E-1", 0.25)]
    public void TryNumber_reads_a_decimal_point(string field, double expected)
    {
        Assert.That(FieldParser.TryNumber(Encoding.UTF8.GetBytes(field), out double number), Is.True);
        Assert.That(number, Is.EqualTo(expected));
    }

    [TestCase("")]
    [TestCase("abc")]
    [TestCase("1,5")]
    [TestCase("1.000,00")]
    [TestCase("1 000")]
    [TestCase("12abc")]
    [TestCase("--1")]
    [TestCase("1e999")]
    [TestCase("NaN")]
    [TestCase("Infinity")]
    [TestCase("-Infinity")]
    [TestCase("∞")]
    [TestCase("0x10")]
    [TestCase("$5")]
    public void TryNumber_refuses_what_is_no_finite_number(string field) =>
        Assert.That(FieldParser.TryNumber(Encoding.UTF8.GetBytes(field), out _), Is.False);

    [TestCase("true", true)]
    [TestCase("Yes", true)]
    [TestCase("y", true)]
    [TestCase("1", true)]
    [TestCase("FALSE", false)]
    [TestCase("no", false)]
    [TestCase("N", false)]
    [TestCase("0", false)]
    public void TryBoolean_reads_the_usual_words(string field, bool expected)
    {
        Assert.That(FieldParser.TryBoolean(Encoding.UTF8.GetBytes(field), out bool value), Is.True);
        Assert.That(value, Is.EqualTo(expected));
    }

    [TestCase("")]
    [TestCase("2")]
    [TestCase("yess")]
    [TestCase("ja")]
    public void TryBoolean_refuses_other_words(string field) =>
        Assert.That(FieldParser.TryBoolean(Encoding.UTF8.GetBytes(field), out _), Is.False);
}

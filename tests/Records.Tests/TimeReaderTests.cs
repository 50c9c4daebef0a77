using System.Globalization;
using System.Text;

namespace Pipeline.Records.Tests;

public class TimeReaderTests
{
    private static string? Read(string format, string zone, string field) =>
        new TimeReader(format, TimeZoneInfo.FindSystemTimeZoneById(zone)).TryRead(Encoding.UTF8.GetBytes(field), out long micros)
            ? DateTime.UnixEpoch.AddTicks(micros * TimeSpan.TicksPerMicrosecond).ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFF", CultureInfo.InvariantCulture)
            : null;

    [TestCase("1323435000", "2011-12-09T12:50:00")]
    [TestCase("1323435000.25", "2011-12-09T12:50:00.25")]
    [TestCase("0", "1970-01-01T00:00:00")]
    [TestCase("-1", "1969-12-31T23:59:59")]
    [TestCase("253402300799.999999", "9999-12-31T23:59:59.999999")]
    [TestCase("253402300800", null)]
    [TestCase("99999999999999999999", null)]
    [TestCase("1e400", null)]
    [TestCase("2011-12-09", null)]
    [TestCase("", null)]
    public void Epoch_seconds_are_read(string field, string? expected) => Assert.That(Read(TimeReader.EpochSeconds, "America/New_York", field), Is.EqualTo(expected));

    [TestCase("1323435000250", "2011-12-09T12:50:00.25")]
    [TestCase("1323435000250.5", "2011-12-09T12:50:00.2505")]
    [TestCase("253402300799999", "9999-12-31T23:59:59.999")]
    public void Epoch_milliseconds_are_read(string field, string? expected) => Assert.That(Read(TimeReader.EpochMilliseconds, "UTC", field), Is.EqualTo(expected));

    [TestCase("dd/MM/yyyy HH:mm", "31/12/2011 13:45", "2011-12-31T13:45:00")]
    [TestCase("dd/MM/yyyy HH:mm", "31/31/2011 13:45", null)]
    [TestCase("dd/MM/yyyy HH:mm", "2011-12-31 13:45", null)]
    [TestCase("M/d/yyyy h:mm:ss tt", "3/1/2011 1:45:07 PM", "2011-03-01T13:45:07")]
    [TestCase("yyyyMMdd", "20111231", "2011-12-31T00:00:00")]
    [TestCase("dd MMM yyyy", "09 Dec 2011", "2011-12-09T00:00:00")]
    [TestCase("yyyy-MM-dd HH:mm:ss zzz", "2011-12-09 12:50:00 +01:00", "2011-12-09T11:50:00")]
    [TestCase("yyyy-MM-dd'K'HH:mm", "2011-12-09K12:50", "2011-12-09T12:50:00")]
    public void Pattern_is_read_exactly(string pattern, string field, string? expected) => Assert.That(Read(pattern, "UTC", field), Is.EqualTo(expected));

    [TestCase("Europe/London", "2011-12-09 12:50", "2011-12-09T12:50:00")]
    [TestCase("Europe/London", "2011-07-09 12:50", "2011-07-09T11:50:00")]
    [TestCase("Europe/London", "2011-07-09 12:50Z", "2011-07-09T12:50:00")]
    [TestCase("Europe/London", "2011-07-09T12:50+02:00", "2011-07-09T10:50:00")]
    [TestCase("Asia/Kolkata", "2011-07-09", "2011-07-08T18:30:00")]
    [TestCase("America/New_York", "2017-03-12 01:59", "2017-03-12T06:59:00")]
    [TestCase("America/New_York", "2017-03-12 02:30", "2017-03-12T07:30:00")]
    [TestCase("America/New_York", "2017-03-12 03:00", "2017-03-12T07:00:00")]
    [TestCase("America/New_York", "2017-11-05 00:59", "2017-11-05T04:59:00")]
    [TestCase("America/New_York", "2017-11-05 01:30", "2017-11-05T06:30:00")]
    [TestCase("America/New_York", "9999-12-31 23:30", null)]
    public void Time_without_offset_is_one_of_the_zone(string zone, string field, string? expected) =>
        Assert.That(Read(TimeReader.Iso8601, zone, field), Is.EqualTo(expected));

    [Test]
    public void Pattern_takes_the_zone_too() => Assert.That(Read("dd/MM/yyyy HH:mm", "Europe/London", "09/07/2011 12:50"), Is.EqualTo("2011-07-09T11:50:00"));

    [TestCase("HH:mm")]
    [TestCase("nonsense")]
    [TestCase("")]
    [TestCase("yyyy-MM")]
    [TestCase("%")]
    public void Pattern_that_tells_no_day_is_refused(string pattern) =>
        Assert.That(() => new TimeReader(pattern, TimeZoneInfo.Utc), Throws.TypeOf<FormatException>());
}

using System.Globalization;
using System.Text;

namespace Pipeline.Records.Tests;

public class NumberReaderTests
{
    [TestCase("1,234.50", 1234.5)]
    [TestCase("-1,234,567.25", -1234567.25)]
    [TestCase("+12,345.", 12345)]
    [TestCase("1e5", 100000)]
    [TestCase("12.50", 12.5)]
    public void TryRead_takes_groups_of_three_before_a_decimal_point(string field, double expected)
    {
        Assert.That(new NumberReader(isDecimalComma: false).TryRead(Encoding.UTF8.GetBytes(field), out double number), Is.True);
        Assert.That(number, Is.EqualTo(expected));
    }

    [TestCase("12,50", 12.5)]
    [TestCase("-0,5", -0.5)]
    [TestCase("1.234,50", 1234.5)]
    [TestCase("1.234.567,25", 1234567.25)]
    [TestCase("12", 12)]
    [TestCase("1,5e3", 1500)]
    public void TryRead_takes_a_decimal_comma(string field, double expected)
    {
        Assert.That(new NumberReader(isDecimalComma: true).TryRead(Encoding.UTF8.GetBytes(field), out double number), Is.True);
        Assert.That(number, Is.EqualTo(expected));
    }

    [TestCase("1,234", false)]
    [TestCase("1,234,567", false)]
    [TestCase("1,23.5", false)]
    [TestCase("1234,567.5", false)]
    [TestCase(",234.5", false)]
    [TestCase("1,,234.5", false)]
    [TestCase("1.5,5", false)]
    [TestCase("1.234,567.5", false)]
    [TestCase("12.50", true)]
    [TestCase("1.234", true)]
    [TestCase("1,234.50", true)]
    [TestCase("1,5,5", true)]
    [TestCase("", true)]
    [TestCase(",", true)]
    [TestCase("∞", true)]
    [TestCase("nan", true)]
    public void TryRead_refuses_what_could_mean_another_number(string field, bool isDecimalComma) =>
        Assert.That(new NumberReader(isDecimalComma).TryRead(Encoding.UTF8.GetBytes(field), out _), Is.False);

    /// <summary>The short way and the library's agree to the last bit, and no field is longer than what the long way can hold.</summary>
    [Test]
    public void TryNumber_gives_the_nearest_number_there_is()
    {
        var random = new Random(1);
        for (int n = 0; n < 200_000; n++)
        {
            string digits = random.NextInt64(0, (long)Math.Pow(10, random.Next(1, 18))).ToString(CultureInfo.InvariantCulture);
            string field = (random.Next(3) == 0 ? "-" : "") + digits.Insert(random.Next(0, digits.Length + 1), random.Next(4) > 0 ? "." : "");
            if (field is "." or "-.")
                continue;
            Assert.That(FieldParser.TryNumber(Encoding.UTF8.GetBytes(field), out double number), Is.True, field);
            Assert.That(
                BitConverter.DoubleToInt64Bits(number), Is.EqualTo(BitConverter.DoubleToInt64Bits(double.Parse(field, CultureInfo.InvariantCulture))), field);
        }
        Assert.That(new NumberReader(false).TryRead(Encoding.UTF8.GetBytes(new string('1', 65) + ",5"), out _), Is.False);
    }
}

using System.Globalization;

namespace Pipeline.Hosting;

/// <summary>Sizes as people write them: <c>4GB</c> and <c>512MB</c> in powers of 1000, <c>4GiB</c> and <c>512MiB</c> in powers of 1024, or bytes.</summary>
public static class ByteSize
{
    private static readonly (string Unit, long Bytes)[] Units =
    [
        ("KiB", 1L << 10), ("MiB", 1L << 20), ("GiB", 1L << 30), ("KB", 1_000), ("MB", 1_000_000), ("GB", 1_000_000_000), ("B", 1), ("", 1),
    ];

    /// <summary>What a size must look like, for messages.</summary>
    public const string Form = "must be a size such as 512MB or 4GB";

    /// <summary>A size as people write it, in powers of 1000 with two decimals, rounded up: what it says is enough.</summary>
    public static string Text(long bytes)
    {
        (string unit, long factor) = bytes >= 1_000_000_000 ? ("GB", 1_000_000_000L) : bytes >= 1_000_000 ? ("MB", 1_000_000L) : ("KB", 1_000L);
        return string.Create(CultureInfo.InvariantCulture, $"{Math.Ceiling(bytes * 100m / factor) / 100:0.##}{unit}");
    }

    /// <summary>Reads a size above 0; units without regard to case.</summary>
    public static bool TryParse(string text, out long bytes)
    {
        ArgumentNullException.ThrowIfNull(text);
        (string unit, long factor) = Units.First(u => text.EndsWith(u.Unit, StringComparison.OrdinalIgnoreCase));
        bool isNumber = double.TryParse(
            text[..^unit.Length].TrimEnd(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number);
        double size = number * factor;
        bytes = isNumber && size is >= 1 and < long.MaxValue ? (long)size : 0;
        return bytes > 0;
    }
}

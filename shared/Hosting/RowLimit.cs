using System.Globalization;

namespace Pipeline.Hosting;

/// <summary>How many rows of all may be of a kind: a share of them, or a count.</summary>
public readonly record struct RowLimit
{
    private readonly decimal? share;
    private readonly long count;

    private RowLimit(decimal? share, long count) => (this.share, this.count) = (share, count);

    /// <summary>What a limit must look like, for messages.</summary>
    public const string Form = "must be a share such as 5%, at most 100%, or a count such as 1000";

    /// <summary>Reads <c>5%</c> or <c>1000</c>.</summary>
    public static bool TryParse(string text, out RowLimit limit)
    {
        if (Percentage.TryParse(text, out decimal share) && share <= 1)
        {
            limit = new RowLimit(share, 0);
            return true;
        }
        bool isCount = long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long count);
        limit = new RowLimit(null, count);
        return isCount;
    }

    /// <summary>Whether there are more rows than the limit allows. What is exactly at the limit is within it.</summary>
    /// <param name="rows">Rows of the kind.</param>
    /// <param name="of">All rows.</param>
    public bool IsExceededBy(long rows, long of) => share is { } part ? rows > part * of : rows > count;

    /// <summary>As it would be typed.</summary>
    public override string ToString() => share is { } part ? Percentage.ToText(part) : count.ToString(CultureInfo.InvariantCulture);
}

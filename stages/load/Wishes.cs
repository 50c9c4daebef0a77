using System.Text;
using System.Text.RegularExpressions;

namespace Pipeline.Load;

/// <summary>
/// Which interactions are wanted. A line that is left out on request is in order: it is counted under the wish and is no reject.
/// </summary>
/// <param name="excludeItems">Items that are no products, null where all are.</param>
/// <param name="excludeWithoutUser">Whether lines without a customer are expected and left out.</param>
/// <param name="since">The first moment wanted, microseconds since 1970 UTC; null for no limit.</param>
/// <param name="until">The first moment no longer wanted; null for no limit.</param>
internal sealed class Wishes(Regex? excludeItems, bool excludeWithoutUser, long? since, long? until)
{
    /// <summary>The reason of lines without a customer, where these are not expected.</summary>
    public const string MissingUser = "missing_user";

    private readonly Dictionary<string, bool>.AlternateLookup<ReadOnlySpan<char>> isExcluded =
        new Dictionary<string, bool>(StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>What becomes of a line without a customer.</summary>
    /// <param name="column">The wanted column that is empty.</param>
    public LineVerdict WithoutUser(int column) =>
        excludeWithoutUser ? LineVerdict.Excluded("excluded_without_user") : new LineVerdict(MissingUser, column);

    /// <summary>Why a line with this item is left out; null where it is not. Matches each distinct id once: a shop has far fewer items than lines.</summary>
    public LineVerdict? OfItem(ReadOnlySpan<byte> item)
    {
        if (excludeItems is null)
            return null;
        Span<char> buffer = item.Length <= 256 ? stackalloc char[item.Length] : new char[item.Length];
        ReadOnlySpan<char> id = buffer[..Encoding.UTF8.GetChars(item, buffer)];
        if (!isExcluded.TryGetValue(id, out bool excluded))
            isExcluded[id] = excluded = excludeItems.IsMatch(id);
        return excluded ? LineVerdict.Excluded("excluded_item") : null;
    }

    /// <summary>Why a line of this moment is left out; null where it is not.</summary>
    public LineVerdict? OfTime(long time) =>
        time < since ? LineVerdict.Excluded("excluded_before")
        : time >= until ? LineVerdict.Excluded("excluded_after")
        : null;
}

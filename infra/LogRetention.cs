using Amazon.CDK.AWS.Logs;

namespace Pipeline.Infra;

/// <summary>How long CloudWatch can keep logs, of which there are only some lengths.</summary>
internal static class LogRetention
{
    private static readonly SortedDictionary<int, RetentionDays> Lengths = new()
    {
        [1] = RetentionDays.ONE_DAY,
        [7] = RetentionDays.ONE_WEEK,
        [14] = RetentionDays.TWO_WEEKS,
        [30] = RetentionDays.ONE_MONTH,
        [60] = RetentionDays.TWO_MONTHS,
        [90] = RetentionDays.THREE_MONTHS,
        [180] = RetentionDays.SIX_MONTHS,
        [365] = RetentionDays.ONE_YEAR,
        [731] = RetentionDays.TWO_YEARS,
    };

    /// <summary>The lengths in days.</summary>
    public static IReadOnlyCollection<int> Days => Lengths.Keys;

    /// <summary>A length as the CDK calls it.</summary>
    public static RetentionDays Of(int days) => Lengths[days];
}

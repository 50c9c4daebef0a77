using Pipeline.Hosting;

namespace Pipeline.Email;

/// <summary>The gate that keeps a broken customer file out of tonight's mail.</summary>
internal static class AddressGate
{
    /// <summary>The option that names the earlier run.</summary>
    public const string Option = "compare-with";

    /// <summary>Refuses a customer file with too many addresses that cannot be used, by itself or against an earlier run; leaves the figures for the next.</summary>
    /// <exception cref="StageException">
    /// <see cref="ExitCode.InputRefused"/>: there are too many, or the share differs too far. <see cref="ExitCode.Usage"/>: the earlier run is of another version.
    /// </exception>
    public static async Task RunAsync(EmailOptions options, CustomerCounts counts, StageContext stage, CancellationToken cancellation)
    {
        var now = AddressProfile.Of(counts);
        if (options.Customers is not null)
        {
            string name = Path.GetFileName(options.Customers);
            Check(name, now, counts, options.MaxInvalid);
            Compare(name, now, counts, options, stage);
        }
        await stage.WriteFileAsync(AddressProfile.FileName, now.ToJson(), cancellation);
    }

    private static void Check(string name, AddressProfile now, CustomerCounts counts, RowLimit limit)
    {
        if (!limit.IsExceededBy(now.InvalidCount, now.Addresses))
            return;
        throw new StageException(
            ExitCode.InputRefused,
            $"'{name}': {now.InvalidCount:N0} of {now.Addresses:N0} addresses ({ShareOf(now)}) cannot be used, more than --max-invalid {limit}: {Histogram(counts)}.",
            $"Correct the file, or accept this with --max-invalid {now.InvalidCount}.");
    }

    /// <summary>Fewer than before are as suspicious as more: an export may have put something in the place of what it does not know.</summary>
    private static void Compare(string name, AddressProfile now, CustomerCounts counts, EmailOptions options, StageContext stage)
    {
        if (stage.Earlier(Option) is not { } content)
            return;
        AddressProfile before = AddressProfile.TryParse(content)
            ?? throw new StageException(
                ExitCode.Usage, $"--{Option} '{options.CompareWith}': its {AddressProfile.FileName} is of another version.", "Run email there again with this version.");
        // Without a customer file there was nothing to compare with.
        if (before.Addresses == 0)
            return;
        decimal factor = now.ComparableShare / before.ComparableShare;
        if (factor <= options.MaxInvalidFactor && factor * options.MaxInvalidFactor >= 1)
            return;
        string found = now.InvalidCount > 0 ? Histogram(counts) : "none now";
        throw new StageException(
            ExitCode.InputRefused,
            $"'{name}': {now.InvalidCount:N0} of {now.Addresses:N0} addresses ({ShareOf(now)}) cannot be used, in '{options.CompareWith}' {before.InvalidCount:N0} of "
            + $"{before.Addresses:N0} ({ShareOf(before)}), which differs by more than --max-invalid-factor {options.MaxInvalidFactor:0.####}: {found}.",
            "Check the export; if it is right, take it with a larger --max-invalid-factor.");
    }

    private static string ShareOf(AddressProfile profile) => Percentage.ToText(profile.InvalidCount / (double)Math.Max(1, profile.Addresses));

    /// <summary>The most frequent reason first, each with the first line it was found in.</summary>
    private static string Histogram(CustomerCounts counts) => string.Join(", ", counts.Reasons
        .OrderByDescending(r => r.Value.Count).ThenBy(r => r.Key, StringComparer.Ordinal)
        .Select(r => $"{r.Value.Count:N0} {r.Key} (first in line {r.Value.FirstLine})"));
}

using System.Globalization;
using Pipeline.Contracts;
using Pipeline.Hosting;
using Pipeline.Keys;

namespace Pipeline.Cli.Keys;

/// <summary>Removes the previous version of the keys once nothing is left of it.</summary>
internal static class Retirement
{
    public static async Task<int> RunAsync(KeyOptions options, int version, string runs, IReadOnlyList<KeyedList> lists, CancellationToken cancellation)
    {
        using IKeyProvider keys = options.Open();
        bool makesHashes = IsPrevious(keys.MacVersions, version), wraps = IsPrevious(keys.WrappingVersions, version);
        if (!makesHashes && !wraps)
        {
            throw new StageException(
                ExitCode.Usage, $"Version {version} is not the previous one of {keys.Description}: hashes have {Text(keys.MacVersions)}, data keys {Text(keys.WrappingVersions)}.",
                "Only the previous version can be retired.");
        }
        // While this looks no stage may use the version it is about.
        KeyStore store = KeyFlags.OpenStore(options);
        using IDisposable turn = store.Lock();
        var left = new List<Leftover>();
        if (makesHashes)
        {
            left.AddRange(await CountRowsAsync(runs, version, cancellation));
            left.AddRange(lists.Select(list => new Leftover(list.Path, list.CountLinesOf(version, cancellation), "line")));
        }
        if (wraps)
            left.Add(new Leftover(store.Folder, store.ListDataKeys().Count(key => !keys.IsCurrent(key.Wrapped)), "data key"));
        left.RemoveAll(leftover => leftover.Count == 0);
        if (left.Count > 0)
            throw Refused(version, left);

        if (options.KeyRing is { } ring)
        {
            LocalKeyRing.RemoveVersion(ring, version);
            Console.WriteLine($"version {version} is retired: it is no longer in the key ring '{ring}', and the window is closed");
        }
        else
        {
            Console.WriteLine($"nothing is left of version {version}: take its ARN out of {Flags(makesHashes, wraps)}, write VERSION= before the one that stays, and disable the key in KMS");
        }
        if (makesHashes)
            Console.WriteLine($"unsubscribe links of version {version} are not accepted any more");
        foreach (string noun in (string[])["suppression list", "past sends"])
        {
            if (makesHashes && lists.All(list => list.Noun != noun))
                Console.WriteLine($"not named and so not looked at: the {noun}; the email stage refuses a line of version {version}");
        }
        return 0;
    }

    private static bool IsPrevious(IReadOnlyList<KeyVersion> versions, int version) => versions.Count > 1 && versions[0].Number == version;

    /// <summary>Rows whose keys are of a version. A previous key in a row of the window does not count: the row's own are of the current one.</summary>
    private static async Task<IEnumerable<Leftover>> CountRowsAsync(string runs, int version, CancellationToken cancellation)
    {
        var counts = new SortedDictionary<string, long>(StringComparer.Ordinal);
        RecipientHistory history = await RecipientHistory.OpenAsync(runs, cancellation);
        // In a wrong folder nothing is left of any version.
        if (history.Runs.Count == 0)
            throw new StageException(ExitCode.Usage, $"No run below '{runs}' went through the email stage, so nothing can be said of the version.", "Name the folder of the runs with --runs.");
        await history.ReadAsync([Recipients.KeyVersion], (run, rows) =>
        {
            counts[run] = counts.GetValueOrDefault(run) + rows.Values<int>(Recipients.KeyVersion)[..rows.Count].Count(version);
        }, cancellation);
        return counts.Select(run => new Leftover(Path.Combine(runs, run.Key), run.Value, "row"));
    }

    private static StageException Refused(int version, List<Leftover> left)
    {
        ConsoleTable table = new ConsoleTable().Words("where").Numbers("left").Words("of");
        foreach (Leftover leftover in left)
            table.Row(leftover.Place, leftover.Count.ToString("N0", CultureInfo.InvariantCulture), leftover.Unit + "s");
        table.Print();
        string counts = string.Join(", ", left.GroupBy(leftover => leftover.Unit).Select(unit => $"{Text(unit.Sum(leftover => leftover.Count), unit.Key)} in {Text(unit.Count(), "place")}"));
        return new StageException(
            ExitCode.InputRefused, $"Version {version} stays: there are still {counts} of it.",
            "Delete the runs when they are no longer needed, give lists new keys with 'keys rekey', data keys with 'keys rewrap'.");
    }

    private static string Flags(bool makesHashes, bool wraps) =>
        makesHashes && wraps ? "--kms-mac-key and --kms-data-key" : makesHashes ? "--kms-mac-key" : "--kms-data-key";

    private static string Text(long count, string noun) => $"{count:N0} {noun}{(count == 1 ? "" : "s")}";

    private static string Text(IReadOnlyList<KeyVersion> versions) => string.Join(" and ", versions.Select(version => version.Number));

    /// <summary>What is still of the version, in one place.</summary>
    private sealed record Leftover(string Place, long Count, string Unit);
}

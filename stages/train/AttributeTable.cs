using System.Text;
using Pipeline.Hosting;
using Pipeline.Records;
using Pipeline.Tables;

namespace Pipeline.Train;

/// <summary>What a file says of the customers: a region, a market. It holds no address, or it is refused.</summary>
internal sealed class AttributeTable
{
    /// <summary>Where those are of whom the file says nothing.</summary>
    public const string Unknown = "unknown";

    /// <summary>Most bytes of a value: longer ones are no names of groups.</summary>
    private const int MaxLength = 100;

    private readonly Dictionary<string, Grouping> groupings = new(StringComparer.Ordinal);

    /// <summary>The customers by an attribute that was read; groups in order of their names.</summary>
    public Grouping this[string attribute] => groupings[attribute];

    /// <summary>Reads attributes of the customers; nothing where none are asked for.</summary>
    /// <exception cref="StageException"><see cref="ExitCode.InputRefused"/>: the file holds what may be an address, or a line that cannot be used.</exception>
    public static AttributeTable Read(AttributeOptions options, UserTable users, StageContext stage, CancellationToken cancellation)
    {
        var table = new AttributeTable();
        if (options.File is null)
            return table;
        string file = Path.GetFileName(options.File);
        if (AddressSign.FindIn(options.File, options.Settings) is { } place)
        {
            throw new StageException(
                ExitCode.InputRefused, $"--attributes '{file}' may hold an e-mail address: there is an @ in {place}.", "Give a file with customer ids and attributes only.");
        }
        IReadOnlyList<string> names = options.Names;
        TextIndex[] values = [.. names.Select(_ => new TextIndex())];
        int[][] of = [.. names.Select(_ => new int[users.Count])];
        foreach (int[] column in of)
            Array.Fill(column, -1);
        var isKnown = new bool[users.Count];
        long strangers = 0;

        using RecordSource source = RecordSource.Open(
            options.File, options.Settings, [options.User, .. names.Select(name => new RecordColumn(name, name, IsRequired: true))], AttributeOptions.ColumnsFlag);
        stage.Progress.Start("reading attributes", source.Length, "bytes");
        for (long records = 0; source.Read(); records++)
        {
            if (records % 4096 == 0)
            {
                cancellation.ThrowIfCancellationRequested();
                stage.Progress.Report(source.Position);
            }
            if (source.Fault is { } fault)
                throw Unusable(source, $"cannot be read ({fault})");
            int user = users.Ids.Find(source[0]);
            if (user < 0)
            {
                strangers++;
                continue;
            }
            if (isKnown[user])
                throw Unusable(source, "names a customer of another line again");
            isKnown[user] = true;
            for (int n = 0; n < names.Count; n++)
            {
                ReadOnlySpan<byte> value = source[1 + n];
                // Once more as it is after reading, for JSON can spell the sign in other ways.
                if (value.Contains((byte)'@'))
                    throw Unusable(source, $"may hold an e-mail address as its {names[n]}");
                if (value.Length > MaxLength || value.ContainsAnyInRange((byte)0, (byte)31))
                    throw Unusable(source, $"has a {names[n]} that is no name of a group: at most {MaxLength} bytes without control characters");
                if (!value.IsEmpty)
                    of[n][user] = values[n].Add(value);
            }
        }
        for (int n = 0; n < names.Count; n++)
            table.groupings[names[n]] = ToGrouping(values[n], of[n]);
        stage.Counters.Set("attributes_without_interactions", strangers);
        stage.Counters.Set("customers_without_attributes", isKnown.Count(known => !known));
        return table;

        StageException Unusable(RecordSource record, string what) => new(
            ExitCode.InputRefused, $"--attributes '{file}': {record.Place} {what}.", "Correct the file.");
    }

    /// <summary>In order of the names, so that the order of the lines leaves no trace; the unknown come last.</summary>
    private static Grouping ToGrouping(TextIndex values, int[] of)
    {
        int[] order = values.SortedPositions();
        var to = new int[order.Length];
        for (int n = 0; n < order.Length; n++)
            to[order[n]] = n;
        string[] names = [.. order.Select(value => Encoding.UTF8.GetString(values[value])), Unknown];
        int unknown = Array.IndexOf(names, Unknown);
        return new Grouping(names, [.. of.Select(value => value < 0 ? unknown : to[value])]);
    }
}

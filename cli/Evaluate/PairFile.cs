using System.Runtime.InteropServices;
using System.Text;
using Pipeline.Cli.Sar;
using Pipeline.Hosting;
using Pipeline.Records;

namespace Pipeline.Cli.Evaluate;

/// <summary>A column of numbers or times beside the ids.</summary>
/// <param name="Key">What we call it.</param>
/// <param name="Header">What the file calls it.</param>
/// <param name="IsRequired">Whether the file must have it.</param>
/// <param name="Least">Smallest number that makes sense.</param>
/// <param name="IsTime">Whether it holds times, read as microseconds since 1970.</param>
/// <param name="Words">Words that stand for numbers; records with another word, or one that stands for 0, are left out. Null: numbers.</param>
internal sealed record ValueColumn(
    string Key, string Header, bool IsRequired, double Least = double.NegativeInfinity, bool IsTime = false, IReadOnlyDictionary<string, double>? Words = null);

/// <summary>The records of files that name a user and an item in each, with numbers beside them.</summary>
internal sealed class PairFile
{
    private const int User = 0, Item = 1, FirstValue = 2;
    private const int RowsPerLook = 16_384;

    private readonly List<int> users = [], items = [];
    private readonly IReadOnlyList<ValueColumn> values;
    private readonly List<double>[] numbers;
    private readonly List<long>[] times;

    private PairFile(IReadOnlyList<ValueColumn> values)
    {
        this.values = values;
        numbers = [.. values.Select(_ => new List<double>())];
        times = [.. values.Select(_ => new List<long>())];
    }

    /// <summary>Records it has.</summary>
    public int Count => users.Count;

    /// <summary>Users' positions in the <see cref="IdSpace"/>, by record.</summary>
    public ReadOnlySpan<int> Users => CollectionsMarshal.AsSpan(users);

    /// <summary>Items' positions in the <see cref="IdSpace"/>, by record.</summary>
    public ReadOnlySpan<int> Items => CollectionsMarshal.AsSpan(items);

    /// <summary>The numbers of a column by record; empty where the file lacks it.</summary>
    public ReadOnlySpan<double> Numbers(int column) => CollectionsMarshal.AsSpan(numbers[column]);

    /// <summary>The times of a column by record; empty where the file lacks it.</summary>
    public ReadOnlySpan<long> Times(int column) => CollectionsMarshal.AsSpan(times[column]);

    /// <summary>Reads files one after the other.</summary>
    /// <param name="paths">The files.</param>
    /// <param name="names">The headers of their ids, and how they are written.</param>
    /// <param name="values">Their further columns.</param>
    /// <param name="ids">Where their ids go.</param>
    /// <param name="refusesRepeats">Whether a pair may stand there once only.</param>
    /// <param name="cancellation">Stops the reading.</param>
    /// <exception cref="StageException">A record cannot be read, or there is none.</exception>
    public static PairFile Read(
        IReadOnlyList<string> paths, PairNames names, IReadOnlyList<ValueColumn> values, IdSpace ids, bool refusesRepeats, CancellationToken cancellation)
    {
        var read = new PairFile(values);
        var pairs = refusesRepeats ? new HashSet<long>() : null;
        foreach (string path in paths)
            read.Add(path, names, ids, pairs, cancellation);
        if (read.Count == 0)
            throw new StageException(ExitCode.InputRefused, $"'{string.Join(',', paths)}' has no records: it needs at least one.");
        // Each file of columns has one or has not, but records of JSON name their own.
        for (int v = 0; v < values.Count; v++)
            if (read.numbers[v].Count + read.times[v].Count is var filled and > 0 && filled < read.Count)
                throw new StageException(
                    ExitCode.InputRefused, $"'{string.Join(',', paths)}' has {values[v].Header} in {filled} of {read.Count} records: give it to all or to none.");
        return read;
    }

    private void Add(string path, PairNames names, IdSpace ids, HashSet<long>? pairs, CancellationToken cancellation)
    {
        RecordColumn[] columns =
        [
            new("user", names.User, IsRequired: true), new("item", names.Item, IsRequired: true),
            .. values.Select(v => new RecordColumn(v.Key, v.Header, v.IsRequired)),
        ];
        using StrictRecords file = StrictRecords.Open(path, names.Files, columns, names.Options);
        while (file.Read())
        {
            if (Count % RowsPerLook == 0)
                cancellation.ThrowIfCancellationRequested();
            if (!AddValues(file))
                continue;
            for (int id = User; id <= Item; id++)
                if (file[id].IsEmpty)
                    throw file.Refuse(id, "is empty", "fill it in, or take the record out");
            int user = ids.UserTexts.Add(file[User]), item = ids.ItemTexts.Add(file[Item]);
            if (pairs?.Add(((long)user << 32) | (uint)item) == false)
                throw file.Refuse(Item, "stands there a second time for the same user", "leave one of the two records");
            users.Add(user);
            items.Add(item);
        }
    }

    /// <summary>Takes the values of a record; false, and none of them, where one of its words leaves it out.</summary>
    private bool AddValues(StrictRecords file)
    {
        for (int v = 0; v < values.Count; v++)
            if (values[v].Words is { } words && words.GetValueOrDefault(Encoding.UTF8.GetString(file[FirstValue + v])) == 0)
                return false;
        for (int v = 0; v < values.Count; v++)
            if (file.Has(FirstValue + v))
                AddValue(file, v);
        return true;
    }

    private void AddValue(StrictRecords file, int position)
    {
        ValueColumn value = values[position];
        int column = FirstValue + position;
        if (value.IsTime)
        {
            if (!Cli.Sar.Times.TryRead(file[column], out long micros, out _))
                throw file.Refuse(column, "is not a time", "write seconds since 1970, as in 1704067200, or ISO 8601, as in 2024-01-01T00:00:00Z");
            times[position].Add(micros);
            return;
        }
        if (value.Words is not null)
        {
            numbers[position].Add(value.Words[Encoding.UTF8.GetString(file[column])]);
            return;
        }
        if (!FieldParser.TryNumber(file[column], out double number))
            throw file.Refuse(column, "is not a finite number", "write it with a decimal point, as in 2.5, or take the record out");
        if (number < value.Least)
            throw file.Refuse(column, $"is below {value.Least}", "correct it, or take the record out");
        numbers[position].Add(number);
    }
}

/// <summary>How files of pairs are written.</summary>
/// <param name="User">Header of the users.</param>
/// <param name="Item">Header of the items.</param>
/// <param name="Files">Delimiter and quote of CSV files.</param>
/// <param name="Options">The options that name columns, for messages.</param>
internal sealed record PairNames(string User, string Item, RecordSettings Files, string Options);

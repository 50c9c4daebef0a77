using System.Buffers.Text;
using System.Globalization;
using Pipeline.Hosting;
using Pipeline.Records;
using Pipeline.Sar;
using Pipeline.Tables;

namespace Pipeline.Cli.Sar;

/// <summary>The interactions of a file, their ids numbered. A record that cannot be read is refused: this tool guesses nothing.</summary>
/// <param name="Users">The users.</param>
/// <param name="Items">The items.</param>
/// <param name="Rows">The interactions.</param>
internal sealed record InteractionTable(IdIndex Users, IdIndex Items, Interactions Rows)
{
    private const int User = 0, Item = 1;
    private const int RowsPerReport = 16_384;
    private const string ColumnOptions = "user, --item, --weight, --time or --basket";

    /// <summary>Reads a file.</summary>
    /// <param name="request">Which file, and its columns.</param>
    /// <param name="progress">Told how far in the file it is, and how long that is.</param>
    /// <param name="cancellation">Stops the reading.</param>
    /// <exception cref="StageException">A record cannot be read, or there is none.</exception>
    public static InteractionTable Read(SarRequest request, Action<long, long> progress, CancellationToken cancellation)
    {
        List<RecordColumn> columns = [new("user", request.UserColumn, IsRequired: true), new("item", request.ItemColumn, IsRequired: true)];
        int weight = Also("weight", request.WeightColumn), time = Also("time", request.TimeColumn), basket = Also("basket", request.BasketColumn);
        using StrictRecords file = StrictRecords.Open(request.Interactions, request.Files, columns, ColumnOptions);
        TextIndex users = new(), items = new();
        var rows = new RowBuilder(hasBaskets: basket >= 0);
        var times = new TimeColumn(file, time);
        var baskets = new BasketColumn(file, basket, hasTimes: time >= 0);
        while (file.Read())
        {
            if (rows.Count % RowsPerReport == 0)
            {
                cancellation.ThrowIfCancellationRequested();
                progress(file.Position, file.Length);
            }
            if (file[User].IsEmpty)
                throw file.Refuse(User, "is empty", "name the user, or take the record out");
            if (file[Item].IsEmpty)
                throw file.Refuse(Item, "is empty", "name the item, or take the record out");
            rows.Add(
                users.Add(file[User]), items.Add(file[Item]), weight < 0 ? 1 : ReadWeight(file, weight), time < 0 ? 0 : times.Read(),
                basket < 0 ? -1 : baskets.Read());
        }
        if (rows.Count == 0)
            throw new StageException(ExitCode.InputRefused, $"'{request.Interactions}' has no interactions: it needs at least one record.");
        times.Check();
        return Of(IdIndex.Of(users), IdIndex.Of(items), rows);

        int Also(string key, string? header)
        {
            if (header is null)
                return -1;
            columns.Add(new RecordColumn(key, header, IsRequired: true));
            return columns.Count - 1;
        }
    }

    /// <summary>A weight that the model can use.</summary>
    /// <exception cref="StageException">It is none.</exception>
    public static double ReadWeight(StrictRecords file, int column)
    {
        ReadOnlySpan<byte> field = file[column];
        if (!Utf8Parser.TryParse(field, out double weight, out int used) || used != field.Length)
            throw file.Refuse(column, "is not a number", "write it with a decimal point, as in 2.5");
        if (!(Math.Abs(weight) <= Interactions.MaxWeight))
            throw file.Refuse(
                column, string.Create(CultureInfo.InvariantCulture, $"is not a finite number up to {Interactions.MaxWeight}"), "correct it, or take the record out");
        return weight;
    }

    private static InteractionTable Of(IdIndex users, IdIndex items, RowBuilder rows)
    {
        for (int row = 0; row < rows.Count; row++)
        {
            rows.Users[row] = users.Indices[rows.Users[row]];
            rows.Items[row] = items.Indices[rows.Items[row]];
        }
        int count = rows.Count;
        return new InteractionTable(
            users, items,
            new Interactions(
                users.Count, items.Count,
                rows.Users.AsMemory(0, count), rows.Items.AsMemory(0, count), rows.Weights.AsMemory(0, count), rows.Times.AsMemory(0, count),
                rows.Baskets.AsMemory(0, rows.Baskets.Length == 0 ? 0 : count)));
    }

    /// <summary>Growing columns, without the copy that a list would cost at the end.</summary>
    private sealed class RowBuilder(bool hasBaskets)
    {
        private const int FirstCapacity = 4096;

        public int[] Users = new int[FirstCapacity], Items = new int[FirstCapacity];
        public double[] Weights = new double[FirstCapacity];
        public long[] Times = new long[FirstCapacity];
        public int[] Baskets = new int[hasBaskets ? FirstCapacity : 0];

        public int Count { get; private set; }

        public void Add(int user, int item, double weight, long time, int basket)
        {
            if (Count == Users.Length)
                Grow();
            (Users[Count], Items[Count], Weights[Count], Times[Count]) = (user, item, weight, time);
            if (hasBaskets)
                Baskets[Count] = basket;
            Count++;
        }

        private void Grow()
        {
            int capacity = (int)Math.Min(Array.MaxLength, Count * 2L);
            if (capacity == Count)
                throw new StageException(ExitCode.InputRefused, $"There are more than {Count} interactions: split the file by users.");
            Array.Resize(ref Users, capacity);
            Array.Resize(ref Items, capacity);
            Array.Resize(ref Weights, capacity);
            Array.Resize(ref Times, capacity);
            if (hasBaskets)
                Array.Resize(ref Baskets, capacity);
        }
    }

    /// <summary>
    /// Reads the column of basket ids. Users may share an id, for the engine keeps their baskets apart. How ids are numbered, here in order of
    /// appearance, leaves no trace in what is counted.
    /// </summary>
    private sealed class BasketColumn(StrictRecords file, int column, bool hasTimes)
    {
        private readonly TextIndex ids = new();

        /// <summary>The number of the basket, -1 without one: the time then stands for it.</summary>
        public int Read()
        {
            if (!file[column].IsEmpty)
                return ids.Add(file[column]);
            if (!hasTimes)
                throw file.Refuse(column, "is empty", "name the basket, or give --time, which then tells what belongs together");
            return -1;
        }
    }

    /// <summary>Reads the column of times, which must be of one notation.</summary>
    private sealed class TimeColumn(StrictRecords file, int column)
    {
        private TimeNotation? notation;
        private bool areAllLikeDates = true;

        public long Read()
        {
            if (!Times.TryRead(file[column], out long micros, out TimeNotation found))
                throw file.Refuse(column, "is not a time", "write seconds since 1970 (not milliseconds), as in 1704067200, or ISO 8601, as in 2024-01-01T00:00:00Z");
            if (found != (notation ??= found))
                throw file.Refuse(
                    column, $"is {Name(found)}, where the records before have {Name(notation.Value)}", "write all times alike");
            areAllLikeDates = areAllLikeDates && found == TimeNotation.EpochSeconds && Times.LooksLikeDate(micros);
            return micros;
        }

        /// <summary>Refuses days written as numbers, which would all be taken for one summer of 1970.</summary>
        public void Check()
        {
            if (notation is not null && areAllLikeDates)
                throw new StageException(
                    ExitCode.InputRefused,
                    $"'{file.Path}' has only times like 20211028, which would be seconds since 1970: write days as 2021-10-28.");
        }

        private static string Name(TimeNotation notation) => notation == TimeNotation.Iso8601 ? "ISO 8601" : "seconds since 1970";
    }
}

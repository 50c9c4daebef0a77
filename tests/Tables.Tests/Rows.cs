namespace Pipeline.Tables.Tests;

/// <summary>Short words for tests: tables as rows of objects, files in a folder of the test's own.</summary>
internal static class Rows
{
    public static readonly IReadOnlyDictionary<string, string> NoMetadata = new Dictionary<string, string>();

    /// <summary>Writes rows of values in the schema's order, so many to a batch.</summary>
    public static async Task WriteAsync(
        this ITableFormat format, string path, TableSchema schema, IEnumerable<object?[]> rows, int batchRows = 1000,
        IReadOnlyDictionary<string, string>? metadata = null)
    {
        await using ITableWriter writer = await format.CreateAsync(path, schema, metadata ?? NoMetadata, default);
        ColumnBatch batch = new(schema, batchRows);
        foreach (object?[] row in rows)
        {
            Add(batch, row);
            if (batch.IsFull)
            {
                await writer.WriteAsync(batch, default);
                batch.Clear();
            }
        }
        await writer.WriteAsync(batch, default);
        await writer.CompleteAsync(default);
    }

    /// <summary>Reads all rows as values in the schema's order.</summary>
    public static async Task<List<object?[]>> ReadAsync(this ITableFormat format, string path, TableSchema schema, int batchRows = 1000)
    {
        await using ITableReader reader = await format.OpenAsync(path, schema, default);
        ColumnBatch batch = new(schema, batchRows);
        List<object?[]> rows = [];
        while (await reader.ReadAsync(batch, default))
            for (int row = 0; row < batch.Count; row++)
                rows.Add(Get(batch, row));
        Assert.That(rows, Has.Count.EqualTo(reader.RowCount));
        return rows;
    }

    public static void Add(ColumnBatch batch, params object?[] row)
    {
        int at = batch.Count;
        foreach ((Column column, object? value) in batch.Schema.Columns.Zip(row))
        {
            if (column.Type == ColumnType.Text)
            {
                batch.Text(column).Append((string?)value);
                continue;
            }
            if (column.Nullable)
                batch.Nulls(column)[at] = value is null;
            switch (value)
            {
                case int number: batch.Values<int>(column)[at] = number; break;
                case long number: batch.Values<long>(column)[at] = number; break;
                case double number: batch.Values<double>(column)[at] = number; break;
                case bool flag: batch.Values<bool>(column)[at] = flag; break;
                case null: break;
                default: throw new ArgumentException($"A test has a value of type {value.GetType()}.", nameof(row));
            }
        }
        batch.Count = at + 1;
    }

    private static object?[] Get(ColumnBatch batch, int row) =>
        [.. batch.Schema.Columns.Select(column => column switch
        {
            { Type: ColumnType.Text } => batch.Text(column).GetString(row),
            { Nullable: true } when batch.Nulls(column)[row] => null,
            { Type: ColumnType.Int32 } => batch.Values<int>(column)[row],
            { Type: ColumnType.Double } => batch.Values<double>(column)[row],
            { Type: ColumnType.Boolean } => batch.Values<bool>(column)[row],
            _ => (object)batch.Values<long>(column)[row],
        })];
}

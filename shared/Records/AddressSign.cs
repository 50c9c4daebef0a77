using Pipeline.Tables;
using Pipeline.Tables.DuckDb;

namespace Pipeline.Records;

/// <summary>Looks for the sign of an e-mail address in all of a file, columns included that nobody wants. Says where it is, never what.</summary>
public static class AddressSign
{
    private const byte At = (byte)'@', LineFeed = (byte)'\n';

    /// <summary>The first place with an <c>@</c>, as <c>line 12</c> or <c>row 12</c>; null where there is none.</summary>
    /// <param name="path">The file.</param>
    /// <param name="settings">How it is written.</param>
    /// <exception cref="RecordException">The file cannot be read.</exception>
    /// <exception cref="TableException">It is no usable Parquet file.</exception>
    public static string? FindIn(string path, RecordSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return settings.FormatOf(path) == RecordFormat.Parquet ? FindInParquet(path) : FindInText(path, settings);
    }

    private static string? FindInText(string path, RecordSettings settings)
    {
        FileStream? file = null;
        try
        {
            file = TextInput.Open(path);
            using Stream text = TextInput.Decode(file, settings.Encoding);
            byte[] buffer = new byte[256 * 1024];
            long line = 1;
            for (int count; (count = text.Read(buffer)) > 0;)
            {
                ReadOnlySpan<byte> read = buffer.AsSpan(0, count);
                if (read.IndexOf(At) is >= 0 and var at)
                    return $"line {line + read[..at].Count(LineFeed)}";
                line += read.Count(LineFeed);
            }
            return null;
        }
        catch (Exception e) when (TextInput.Explain(path, e) is { } explained)
        {
            throw explained;
        }
        finally
        {
            file?.Dispose();
        }
    }

    private static string? FindInParquet(string path)
    {
        ForeignTable table = ForeignTable.Open(path);
        IReadOnlyList<RecordColumn> columns;
        using (table)
            columns = [.. table.Columns.Where(column => column.IsScalar).Select(column => new RecordColumn(column.Name, column.Name, IsRequired: true))];
        if (columns.FirstOrDefault(column => column.Header.Contains('@', StringComparison.Ordinal)) is not null)
            return "the name of a column";
        using RecordSource source = RecordSource.Open(path, new RecordSettings { Format = RecordFormat.Parquet }, columns, option: null);
        while (source.Read())
            for (int column = 0; column < columns.Count; column++)
                if (source.Guess(column).Contains(At))
                    return source.Place;
        return null;
    }
}

using System.Text;
using Pipeline.Records;
using Pipeline.Tables;

namespace Pipeline.Cli.Generate;

/// <summary>Invents a customer list for the users of a real interactions file, which usually comes without addresses.</summary>
internal static class CustomerGenerator
{
    /// <summary>
    /// Writes customers.csv, in the format of a synthetic shop's: one row for each distinct user id, in ordinal order.
    /// Blanks around an id are not part of it; lines without an id are passed over, and so are lines that are not CSV or
    /// have not the header's number of fields. The same users and seed give the same bytes, in whatever order they occur.
    /// </summary>
    /// <param name="options">Which file, which column.</param>
    /// <param name="outputDirectory">Created where missing; an older customers.csv is replaced.</param>
    /// <param name="cancellation">Stops the work and removes what was written.</param>
    /// <returns>The number of customers.</returns>
    /// <exception cref="RecordException">The file cannot be read or has no such column.</exception>
    /// <exception cref="IOException">A file cannot be written.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static int Generate(CustomerOptions options, string outputDirectory, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(options);
        string[] users = ReadUsers(options, cancellation);
        using var files = new OutputFiles(outputDirectory);
        var rows = new CustomerRows(options.Seed, files.Create(CustomerRows.FileName, CustomerRows.Header));
        for (int i = 0; i < users.Length; i++)
            rows.Write(users[i], i, options.ConsentUntil, 3 * 365);
        files.Commit();
        return users.Length;
    }

    private static string[] ReadUsers(CustomerOptions options, CancellationToken cancellation)
    {
        var users = new TextIndex();
        using RecordSource source = RecordSource.Open(
            options.InteractionsFile, new RecordSettings { Delimiter = options.Delimiter },
            [new RecordColumn("user", options.UserColumn, IsRequired: true)], "columns");
        for (long line = 0; source.Read(); line++)
        {
            if (line % 65_536 == 0)
                cancellation.ThrowIfCancellationRequested();
            if (source.Fault is null && !source[0].IsEmpty)
                users.Add(source[0]);
        }
        return [.. users.SortedPositions().Select(user => Encoding.UTF8.GetString(users[user]))];
    }
}

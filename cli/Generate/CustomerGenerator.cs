using System.IO.Compression;
using CsvHelper;

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
    /// <exception cref="ArgumentException">The file has no such column.</exception>
    /// <exception cref="IOException">A file is missing, unreadable or cannot be written.</exception>
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
        string path = options.InteractionsFile;
        if (Directory.Exists(path))
            throw new IOException($"{path} is a directory; a CSV file is expected.");
        if (!File.Exists(path))
            throw new FileNotFoundException($"{path} does not exist.");

        try
        {
            using Stream stream = Open(path);
            using var reader = CsvReader.Create(stream, Tolerant);
            return DistinctUsers(reader, options, cancellation);
        }
        catch (Exception e) when (e is InvalidDataException or CsvFormatException)
        {
            throw new IOException($"{path} cannot be read: {e.Message}", e);
        }
    }

    // One bad quote costs one line, not the rest of the file; and no message repeats what may be personal data.
    private static CsvReaderOptions Tolerant => new()
    {
        AllowLineBreaksInQuotes = false,
        MalformedData = CsvMalformedDataHandling.Skip,
        FieldCountMismatch = CsvFieldCountHandling.Skip,
        TrimWhitespace = true,
        TrimInsideQuotes = true,
        IncludeValuesInExceptions = false,
    };

    private static string[] DistinctUsers(CsvReader reader, CustomerOptions options, CancellationToken cancellation)
    {
        reader.ReadHeader();
        if (reader.Headers.Count == 0)
            throw new ArgumentException($"{options.InteractionsFile} is empty; a header line is expected.");
        if (!reader.TryGetFieldIndex(options.UserColumn, out int column))
        {
            string columns = string.Join(", ", reader.Headers);
            throw new ArgumentException(
                $"{options.InteractionsFile} has no column {options.UserColumn}; its columns are {columns}.");
        }

        var users = new HashSet<string>(StringComparer.Ordinal);
        // Interactions repeat their users: looking up by characters spares a string per line.
        var known = users.GetAlternateLookup<ReadOnlySpan<char>>();
        char[] text = [];
        for (long line = 0; reader.Read(); line++)
        {
            if (line % 65_536 == 0)
                cancellation.ThrowIfCancellationRequested();
            ReadOnlySpan<byte> field = reader.GetSpan(column);
            if (field.IsEmpty)
                continue;
            if (text.Length < field.Length)
                text = new char[field.Length * 2];
            int length = reader.GetChars(column, text);
            known.Add(text.AsSpan(0, length));
        }

        string[] sorted = [.. users];
        Array.Sort(sorted, StringComparer.Ordinal);
        return sorted;
    }

    /// <summary>The text of a file, unpacked where its first two bytes say gzip, whatever its name.</summary>
    private static Stream Open(string path)
    {
        var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, FileOptions.SequentialScan);
        bool packed = file.ReadByte() == 0x1F && file.ReadByte() == 0x8B;
        file.Position = 0;
        return packed ? new GZipStream(file, CompressionMode.Decompress) : file;
    }
}

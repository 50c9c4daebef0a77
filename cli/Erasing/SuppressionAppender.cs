using System.Text;
using System.Text.Json;
using CsvHelper;
using Pipeline.Addresses;
using Pipeline.Cli.Keys;
using Pipeline.Hosting;
using Pipeline.Records;

namespace Pipeline.Cli.Erasing;

/// <summary>Puts erased mailboxes on a suppression list: all of them or none, each once. Whatever stands on the list stays as it is.</summary>
/// <param name="path">The list: CSV or JSON lines; made where there is none.</param>
/// <param name="columns">What it calls the columns of <see cref="SuppressionFile"/>.</param>
/// <param name="delimiter">What stands between the fields of a CSV file.</param>
internal sealed class SuppressionAppender(string path, IReadOnlyList<RecordColumn> columns, char delimiter)
{
    private readonly RecordSettings settings = new() { Delimiter = delimiter };

    /// <summary>Where the list lies.</summary>
    public string Path => path;

    private bool IsJson => settings.FormatOf(path) == RecordFormat.JsonLines;

    /// <summary>The mailbox keys that are on the list as erased.</summary>
    /// <exception cref="StageException">It is no list that lines can be added to, or one of its lines cannot be read.</exception>
    public HashSet<string> ReadErased()
    {
        var erased = new HashSet<string>(StringComparer.Ordinal);
        if (!ListFile.IsThere(path))
        {
            return Directory.Exists(System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path)))
                ? erased
                : throw new StageException(ExitCode.Usage, $"The suppression list '{path}' cannot be made: there is no such folder.", "Name the list of the nightly runs.");
        }
        ListFile.RefuseUnlessText(path);
        using RecordSource source = RecordSource.Open(path, settings, columns, "suppression-columns");
        if (source.HasColumns && !source.Has(SuppressionFile.MailboxKey))
        {
            throw new StageException(
                ExitCode.Usage, $"The suppression list '{path}' has no column {HeaderOf(SuppressionFile.MailboxKey)}, where the mailboxes of the erased must stand.",
                "Add the column to the file, empty in every line.");
        }
        while (source.Read())
        {
            if (source.Fault is { } fault)
                throw new StageException(ExitCode.InputRefused, $"In the suppression list '{path}', {source.Place} is malformed ({fault}).", "Correct the line; nothing was changed.");
            if (SuppressionFile.IsErased(source[SuppressionFile.Reason]) && !source[SuppressionFile.MailboxKey].IsEmpty)
                erased.Add(Encoding.UTF8.GetString(source[SuppressionFile.MailboxKey]));
        }
        return erased;
    }

    /// <summary>Adds those that are not yet there.</summary>
    /// <exception cref="StageException">It is no list that lines can be added to, or others keep changing it.</exception>
    public void Add(IReadOnlyCollection<ErasedMailbox> mailboxes) => ListFile.Change(path, content =>
    {
        HashSet<string> there = ReadErased();
        ErasedMailbox[] missing = [.. mailboxes.Where(m => !there.Contains(m.MailboxKey))];
        if (missing.Length == 0)
            return null;
        string newLine = content?.EndsWith("\r\n", StringComparison.Ordinal) == true ? "\r\n" : "\n";
        string end = content is null || content.EndsWith('\n') ? "" : newLine;
        return content + end + (IsJson ? JsonLines(missing, newLine) : CsvLines(missing, isNew: content is null, newLine));
    });

    private string CsvLines(ErasedMailbox[] mailboxes, bool isNew, string newLine)
    {
        string[] headers = isNew
            ? [HeaderOf(SuppressionFile.MailboxKey), HeaderOf(SuppressionFile.Reason), HeaderOf(SuppressionFile.KeyId)]
            : ReadHeaders();
        using var lines = new MemoryStream();
        using (CsvWriter csv = CsvWriter.Create(lines, new CsvWriterOptions { Separator = delimiter, NewLine = newLine }, leaveOpen: true))
        {
            if (isNew)
                csv.WriteRecord(headers);
            foreach (ErasedMailbox mailbox in mailboxes)
                csv.WriteRecord([.. headers.Select(header => ValueOf(header, mailbox))]);
        }
        return Encoding.Latin1.GetString(lines.ToArray());
    }

    private string ValueOf(string header, ErasedMailbox mailbox) =>
        header == HeaderOf(SuppressionFile.MailboxKey) ? mailbox.MailboxKey
        : header == HeaderOf(SuppressionFile.Reason) ? SuppressionFile.Erased
        : header == HeaderOf(SuppressionFile.KeyId) ? mailbox.KeyId
        : "";

    private string JsonLines(ErasedMailbox[] mailboxes, string newLine)
    {
        var lines = new StringBuilder();
        foreach (ErasedMailbox mailbox in mailboxes)
        {
            using var line = new MemoryStream();
            using (var json = new Utf8JsonWriter(line))
            {
                json.WriteStartObject();
                foreach (int column in (int[])[SuppressionFile.MailboxKey, SuppressionFile.Reason, SuppressionFile.KeyId])
                    json.WriteString(HeaderOf(column), ValueOf(HeaderOf(column), mailbox));
                json.WriteEndObject();
            }
            lines.Append(Encoding.Latin1.GetString(line.ToArray())).Append(newLine);
        }
        return lines.ToString();
    }

    private string HeaderOf(int column) => columns[column].Header;

    private string[] ReadHeaders()
    {
        using CsvReader reader = CsvReader.FromFile(path, new CsvReaderOptions { Separator = delimiter });
        reader.ReadHeader();
        return [.. reader.Headers.Select(header => header.Trim())];
    }
}

/// <summary>A mailbox of the erased, by its key.</summary>
/// <param name="MailboxKey">As in the recipients' column <c>mailbox_key</c>.</param>
/// <param name="KeyId">The keys it was made with.</param>
internal sealed record ErasedMailbox(string MailboxKey, string KeyId);

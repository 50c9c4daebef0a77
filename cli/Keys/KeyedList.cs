using System.Text;
using Pipeline.Hosting;
using Pipeline.Records;

namespace Pipeline.Cli.Keys;

/// <summary>A file with mailbox keys in it: a suppression list or past sends, as the email stage reads them.</summary>
/// <param name="Noun">What it is, for messages.</param>
/// <param name="Path">The file.</param>
/// <param name="Columns">Its columns.</param>
/// <param name="MailboxColumn">Position of the mailbox key in them.</param>
/// <param name="Option">The flag of the columns, without its dashes.</param>
/// <param name="Delimiter">What stands between the fields of a CSV file.</param>
internal sealed record KeyedList(string Noun, string Path, IReadOnlyList<RecordColumn> Columns, int MailboxColumn, string Option, char Delimiter)
{
    /// <summary>Lines with a mailbox key of a version.</summary>
    /// <exception cref="StageException"><see cref="ExitCode.InputRefused"/>: a line cannot be read.</exception>
    public long CountLinesOf(int version, CancellationToken cancellation)
    {
        byte[] prefix = Encoding.ASCII.GetBytes($"v{version}.");
        long count = 0;
        using RecordSource source = RecordSource.Open(Path, new RecordSettings { Delimiter = Delimiter }, Columns, Option);
        while (source.Read())
        {
            cancellation.ThrowIfCancellationRequested();
            if (source.Fault is { } fault)
                throw new StageException(ExitCode.InputRefused, $"In the {Noun} '{Path}', {source.Place} is malformed ({fault}).", "Correct the line; nothing was changed.");
            if (source[MailboxColumn].StartsWith(prefix))
                count++;
        }
        return count;
    }
}

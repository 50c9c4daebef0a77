using System.Diagnostics;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Pipeline.Contracts;
using Pipeline.Database;
using Pipeline.Hosting;
using Pipeline.Tables;
using Pipeline.Tables.DuckDb;

namespace Pipeline.Inject;

/// <summary>Loads a run's tables into the database, without what has changed since they were made, and checks that it holds what was sent.</summary>
internal sealed class RunLoader(RunStore store, StoredRun run, StageContext stage, Freshness freshness)
{
    /// <summary>Why a recipient is not mailed any more.</summary>
    private const string Suppressed = "suppressed_since", Expired = "expired", NothingToOffer = "nothing_to_offer";

    /// <summary>Recipients have long texts: larger batches take memory and give no speed.</summary>
    private const int RowsPerBatch = 8192;

    /// <summary>Each thread that reads holds a block of 122,880 rows, and one is faster than any database.</summary>
    private static readonly DuckDbTableFormat Reading = new(new DuckDbOptions { Threads = 1 });

    private static readonly Column[] AllOfRecommendations = [.. Recommendations.Schema.Columns], AllOfRecipients = [.. Recipients.Schema.Columns];

    /// <summary>What stays of a recipient who is not mailed any more.</summary>
    private static readonly Column[] RestOfRecipients =
        [.. Recipients.Schema.Columns.RemoveRange([Recipients.Send, Recipients.Reason, Recipients.UnsubscribeToken])];

    private readonly ListDigests digests = new();
    private readonly SortedDictionary<string, long> dropped = new(StringComparer.Ordinal), notMailed = new(StringComparer.Ordinal);
    private long mailed;

    /// <summary>The customer of the last row of a list so far, and how many were taken out of that list.</summary>
    private byte[] user = [];
    private int userLength, taken;

    /// <summary>Does it.</summary>
    /// <exception cref="StageException"><see cref="ExitCode.InputRefused"/>: a file is not what its manifest says, or the database not what was sent, or all has expired.</exception>
    public async Task<Receipt> LoadAsync(CancellationToken cancellation)
    {
        digests.EnsureCapacity(stage.RowsOf(Recipients.DataSet));
        var rows = new SortedDictionary<string, long>(StringComparer.Ordinal);
        var checksums = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (LiveTable table in LiveTable.All)
        {
            long started = Stopwatch.GetTimestamp();
            stage.Progress.Start($"writing {table.Name}", stage.RowsOf(table.Source), "rows");
            LoadedRows loaded = await store.Database.LoadAsync(table, run.Id, RowsOfAsync(table, cancellation), cancellation);
            TimeSpan written = Stopwatch.GetElapsedTime(started);
            stage.Progress.Start($"indexing {table.Name}", 0, "");
            await store.Database.IndexAsync(table, run.Id, cancellation);
            TimeSpan indexed = Stopwatch.GetElapsedTime(started) - written;
            stage.Progress.Start($"checking {table.Name}", 0, "");
            if (await store.Database.ChecksumAsync(table, run.Id, cancellation) != loaded.Checksum)
                throw Receipt.Differs(table, store);
            TimeSpan checkedFor = Stopwatch.GetElapsedTime(started) - written - indexed;
            stage.Log.LogInformation(
                "{table}: {rows} rows written in {write_seconds} s, indexed in {index_seconds} s, checked in {check_seconds} s", table.Name, loaded.Rows,
                Math.Round(written.TotalSeconds, 2), Math.Round(indexed.TotalSeconds, 2), Math.Round(checkedFor.TotalSeconds, 2));
            rows[table.Name] = loaded.Rows;
            checksums[table.Name] = loaded.Checksum;
        }
        if (mailed == 0 && notMailed.ContainsKey(Expired))
        {
            throw new StageException(
                ExitCode.InputRefused, "The run has expired: by the --reference-time nobody may be mailed from it any more.", "Make a new run of today's data.");
        }
        return new Receipt
        {
            Fingerprint = stage.Fingerprint,
            RowsIn = stage.RowsOf(Recommendations.DataSet),
            Rows = rows,
            Dropped = dropped,
            NotMailed = notMailed,
            Checksums = checksums,
        };
    }

    /// <summary>The rows for a table; as many must come in as the manifest says.</summary>
    private async IAsyncEnumerable<ColumnBatch> RowsOfAsync(LiveTable table, [EnumeratorCancellation] CancellationToken cancellation)
    {
        long rows = 0;
        IAsyncEnumerable<ColumnBatch> source = stage.ReadAsync(table.Source, new ColumnBatch(table.Source.Schema, RowsPerBatch), Reading, cancellation);
        var changed = new ColumnBatch(table.Columns, RowsPerBatch);
        await foreach (ColumnBatch batch in source)
        {
            rows += batch.Count;
            if (table == LiveTable.Recommendations)
                yield return Offer(batch, changed);
            else if (table == LiveTable.Recipients)
                yield return Address(batch, changed);
            else
                yield return batch;
            stage.Progress.Report(rows);
        }
        if (table == LiveTable.Recommendations && rows > 0)
            digests.End(user.AsSpan(0, userLength));
        if (rows != stage.RowsOf(table.Source))
        {
            throw new StageException(
                ExitCode.InputRefused, $"The files of {table.Name} have {rows} rows, their manifest says {stage.RowsOf(table.Source)}.",
                $"Run {table.Source.Stage} again with --overwrite.");
        }
    }

    /// <summary>The lists without what cannot be had any more; the ranks behind it close up.</summary>
    /// <param name="batch">Rows of the lists, a customer's together and in order.</param>
    /// <param name="changed">Takes the rows where any is left out.</param>
    private ColumnBatch Offer(ColumnBatch batch, ColumnBatch changed)
    {
        TextColumn users = batch.Text(Recommendations.UserId), items = batch.Text(Recommendations.ItemId);
        Span<int> ranks = batch.Values<int>(Recommendations.Rank);
        bool[]? isOut = null;
        for (int row = 0; row < batch.Count; row++)
        {
            if (!users[row].SequenceEqual(user.AsSpan(0, userLength)))
            {
                if (userLength > 0)
                    digests.End(user.AsSpan(0, userLength));
                userLength = users[row].Length;
                if (user.Length < userLength)
                    user = new byte[2 * userLength];
                users[row].CopyTo(user);
                taken = 0;
            }
            if (freshness.HasItems && freshness.WhyNot(items[row]) is { } reason)
            {
                dropped[reason] = dropped.GetValueOrDefault(reason) + 1;
                taken++;
                (isOut ??= new bool[batch.Count])[row] = true;
                continue;
            }
            digests.Add(items[row]);
            ranks[row] -= taken;
        }
        if (isOut is null)
            return batch;
        changed.Clear();
        for (int row = 0; row < batch.Count; row++)
        {
            if (!isOut[row])
                Copy(batch, row, changed, AllOfRecommendations);
        }
        return changed;
    }

    /// <summary>The recipients with their lists' digests; who must not be mailed any more is not.</summary>
    private ColumnBatch Address(ColumnBatch batch, ColumnBatch changed)
    {
        changed.Clear();
        TextColumn users = batch.Text(Recipients.UserId), mailboxes = batch.Text(Recipients.MailboxKey);
        Span<bool> sends = batch.Values<bool>(Recipients.Send);
        Span<long> expiries = batch.Values<long>(Recipients.ExpiresAt);
        for (int row = 0; row < batch.Count; row++)
        {
            long digest = digests.Of(users[row]);
            string? reason = !sends[row] ? null
                : freshness.IsSuppressed(mailboxes[row]) ? Suppressed
                : expiries[row] <= freshness.ReferenceTime ? Expired
                : digest == 0 ? NothingToOffer : null;
            int to = changed.Count;
            changed.Values<long>(LiveTable.ListDigest)[to] = digest;
            if (reason is null)
            {
                mailed += sends[row] ? 1 : 0;
                Copy(batch, row, changed, AllOfRecipients);
                continue;
            }
            notMailed[reason] = notMailed.GetValueOrDefault(reason) + 1;
            changed.Values<bool>(Recipients.Send)[to] = false;
            changed.Text(Recipients.Reason).Append(reason);
            changed.Text(Recipients.UnsubscribeToken).AppendNull();
            Copy(batch, row, changed, RestOfRecipients);
        }
        return changed;
    }

    private static void Copy(ColumnBatch from, int row, ColumnBatch to, Column[] columns)
    {
        int at = to.Count;
        foreach (Column column in columns)
        {
            if (column.Type == ColumnType.Text)
            {
                if (from.Text(column).IsNull(row))
                    to.Text(column).AppendNull();
                else
                    to.Text(column).Append(from.Text(column)[row]);
                continue;
            }
            if (column.Nullable)
                to.Nulls(column)[at] = from.Nulls(column)[row];
            switch (column.Type)
            {
                case ColumnType.Int32: to.Values<int>(column)[at] = from.Values<int>(column)[row]; break;
                case ColumnType.Double: to.Values<double>(column)[at] = from.Values<double>(column)[row]; break;
                case ColumnType.Boolean: to.Values<bool>(column)[at] = from.Values<bool>(column)[row]; break;
                default: to.Values<long>(column)[at] = from.Values<long>(column)[row]; break;
            }
        }
        to.Count = at + 1;
    }
}

using System.Text;
using Pipeline.Cli.Keys;
using Pipeline.Contracts;
using Pipeline.Hosting;
using Pipeline.Keys;
using Pipeline.Tables;

namespace Pipeline.Cli.Erasing;

/// <summary>What the runs of a workspace hold of customers who are to be erased.</summary>
internal sealed class Traces
{
    private static readonly Column[] Columns =
        [Recipients.UserId, Recipients.MailboxKey, Recipients.PreviousMailboxKey, Recipients.EmailCiphertext, Recipients.KeyId, Recipients.KeyVersion];

    private readonly SortedDictionary<string, long> rows = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, string> mailboxes = new(StringComparer.Ordinal);

    /// <summary>Keys of the version before, whose mailbox has a key of the current version here as well.</summary>
    private readonly HashSet<string> superseded = new(StringComparer.Ordinal);

    private Traces() { }

    /// <summary>The customers.</summary>
    public TextIndex Customers { get; } = new();

    /// <summary>Rows about them, by run.</summary>
    public IReadOnlyDictionary<string, long> Rows => rows;

    /// <summary>Encrypted addresses of theirs.</summary>
    public long Ciphertexts { get; private set; }

    /// <summary>Their mailboxes, each by its newest key.</summary>
    public IReadOnlyList<ErasedMailbox> Mailboxes => [.. mailboxes.Where(m => !superseded.Contains(m.Key)).Select(m => new ErasedMailbox(m.Key, m.Value))];

    /// <summary>Finds the traces of a customer, of every customer who was behind a mailbox in any run, or of both.</summary>
    /// <param name="customer">The customer; null for none.</param>
    /// <param name="mailbox">The mailbox's keys: of the current version, then of the version before in the window of a rotation; empty for no mailbox.</param>
    /// <param name="history">The runs.</param>
    /// <param name="keys">The keys.</param>
    /// <param name="cancellation">Stops the search.</param>
    public static async Task<Traces> FindAsync(
        string? customer, IReadOnlyList<string> mailbox, RecipientHistory history, IKeyProvider keys, CancellationToken cancellation)
    {
        var traces = new Traces();
        if (customer is not null)
            traces.Customers.Add(Encoding.UTF8.GetBytes(customer));
        if (mailbox.Count > 0)
        {
            await traces.FindCustomersAsync([.. mailbox.Select(Encoding.UTF8.GetBytes)], history, cancellation);
            traces.mailboxes[mailbox[0]] = keys.CurrentMac().KeyId;
            traces.superseded.UnionWith(mailbox.Skip(1));
        }
        await traces.CollectAsync(history, keys, cancellation);
        return traces;
    }

    private Task FindCustomersAsync(byte[][] mailbox, RecipientHistory history, CancellationToken cancellation) =>
        history.ReadAsync([Recipients.UserId, Recipients.MailboxKey], (_, batch) =>
        {
            for (int row = 0; row < batch.Count; row++)
            {
                ReadOnlySpan<byte> key = batch.Text(Recipients.MailboxKey)[row];
                foreach (byte[] one in mailbox)
                {
                    if (key.SequenceEqual(one))
                        Customers.Add(batch.Text(Recipients.UserId)[row]);
                }
            }
        }, cancellation);

    private Task CollectAsync(RecipientHistory history, IKeyProvider keys, CancellationToken cancellation) => history.ReadAsync(Columns, (run, batch) =>
    {
        for (int row = 0; row < batch.Count; row++)
        {
            if (Customers.Find(batch.Text(Recipients.UserId)[row]) >= 0)
                Collect(run, batch, row, keys);
        }
    }, cancellation);

    private void Collect(string run, ColumnBatch batch, int row, IKeyProvider keys)
    {
        rows[run] = rows.GetValueOrDefault(run) + 1;
        if (!batch.Text(Recipients.EmailCiphertext).IsNull(row))
            Ciphertexts++;
        if (batch.Text(Recipients.MailboxKey).GetString(row) is not { } mailbox)
            return;
        string keyId = batch.Text(Recipients.KeyId).GetString(row)!;
        // On the list a key of other keys would stop every night's run, and protect nobody.
        if (keys.MacVersions.All(version => version.KeyId != keyId))
        {
            throw new StageException(
                ExitCode.Usage, $"The run '{run}' was made with {keyId} version {batch.Values<int>(Recipients.KeyVersion)[row]}, which {keys.Description} does not have.",
                "Name the keys and the key store that the run was made with; nothing was changed.");
        }
        mailboxes[mailbox] = keyId;
        if (batch.Text(Recipients.PreviousMailboxKey).GetString(row) is { } previous)
            superseded.Add(previous);
    }
}

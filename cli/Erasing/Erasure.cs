using System.Globalization;
using System.Text;
using Pipeline.Addresses;
using Pipeline.Cli.Keys;
using Pipeline.Hosting;
using Pipeline.Keys;

namespace Pipeline.Cli.Erasing;

/// <summary>
/// Makes the addresses of customers unreadable in every run and every copy of one by deleting the customers' salts, and sees to it that they
/// are not mailed again. First the suppression list, then the salts, then the receipt: whatever it was killed at, the same command goes on.
/// </summary>
internal static class Erasure
{
    public static async Task<int> RunAsync(ErasureRequest request, CancellationToken cancellation)
    {
        using IKeyProvider keys = request.Keys.Open();
        string[] mailbox = request.Address is null ? [] : ReadMailbox(request.Address, keys);
        KeyStore store = KeyFlags.OpenStore(request.Keys);
        // No stage may read the old list and make a new salt meanwhile.
        using IDisposable turn = store.Lock();
        HashSet<string> listed = request.Suppressions.ReadErased();
        RecipientHistory history = await RecipientHistory.OpenAsync(request.Runs, cancellation);
        Traces traces = await Traces.FindAsync(request.Customer, mailbox, history, keys, cancellation);
        string[] customers = [.. Enumerable.Range(0, traces.Customers.Count).Select(n => Encoding.UTF8.GetString(traces.Customers[n]))];
        int salts = CountSalts(store, traces);
        ErasedMailbox[] unlisted = [.. traces.Mailboxes.Where(m => !listed.Contains(m.MailboxKey))];
        string? receipt = customers.Length == 0 ? null : await ErasureReceipt.FindAsync(request.Receipts, customers, cancellation);

        bool isKnown = traces.Rows.Count > 0 || salts > 0 || receipt is not null || mailbox.Any(listed.Contains);
        if (!isKnown)
            throw Unknown(request, history);
        if (salts == 0 && unlisted.Length == 0 && (receipt is not null || customers.Length == 0))
        {
            Console.WriteLine($"nothing to do: erased before{(receipt is null ? "" : $", see '{receipt}'")}");
            return 0;
        }
        if (traces.Rows.Count == 0 && traces.Mailboxes.Count == 0)
        {
            throw new StageException(
                ExitCode.InputRefused, $"No run below '{request.Runs}' tells the mailbox of this customer, so that nothing could keep the customer from being mailed again: nothing was changed.",
                "Give the address as well: --address -, and the address by stdin.");
        }
        Print(request, customers, traces, salts, unlisted.Length);
        if (request.IsDryRun)
        {
            Console.WriteLine("nothing was changed (--dry-run)");
            return 0;
        }
        request.Suppressions.Add(traces.Mailboxes);
        cancellation.ThrowIfCancellationRequested();
        int deleted = store.DeleteSalts(traces.Customers);
        if (CountSalts(store, traces) > 0)
            throw new InvalidOperationException("A salt is still in the key store after it was deleted.");
        receipt = await new ErasureReceipt
        {
            ErasedAt = request.Now,
            Customers = ErasureReceipt.Show(customers),
            SaltsDeleted = deleted,
            UnreadableAddresses = traces.Ciphertexts,
            RunsSearched = history.Runs.Count,
            RowsKept = traces.Rows,
            MailboxesKept = traces.Mailboxes,
        }.WriteAsync(request.Receipts, CancellationToken.None);
        Console.WriteLine($"erased; the receipt is '{receipt}'");
        return 0;
    }

    /// <returns>The key of the mailbox behind an address, and in the window of a rotation the one of the version before.</returns>
    private static string[] ReadMailbox(Stream input, IKeyProvider provider)
    {
        using var keys = new AddressKeys(provider);
        return AddressInput.Read(input, address => (string[])[keys.MailboxKey(address), .. keys.PreviousMailboxKey(address) is { } previous ? new[] { previous } : []]);
    }

    private static int CountSalts(KeyStore store, Traces traces)
    {
        using SubjectSalts salts = store.FindSalts(traces.Customers);
        return Enumerable.Range(0, traces.Customers.Count).Count(salts.Has);
    }

    private static StageException Unknown(ErasureRequest request, RecipientHistory history)
    {
        string runs = history.Runs.Count == 1 ? "run" : $"{Text(history.Runs.Count)} runs";
        string who = request.Customer is null ? "Nobody behind this address is" : "This customer is not";
        return new StageException(
            ExitCode.InputRefused, $"{who} in the {runs} below '{request.Runs}' or in the key store '{request.Keys.KeyStore}': nothing was changed.",
            "Is it the right one, and are these the right folders?");
    }

    private static void Print(ErasureRequest request, string[] customers, Traces traces, int salts, int unlisted)
    {
        string runs = traces.Rows.Count == 1 ? "1 run" : $"{Text(traces.Rows.Count)} runs";
        ConsoleTable table = new ConsoleTable().Words("what").Words("where").Numbers("count").Words("becomes");
        table.Row("salts", request.Keys.KeyStore, Text(salts), "deleted: nobody can decrypt without them");
        table.Row("encrypted addresses", runs, Text(traces.Ciphertexts), "unreadable, in every copy of a run, too");
        table.Row("mailbox keys", request.Suppressions.Path, Text(traces.Mailboxes.Count), $"kept as {SuppressionFile.Erased} ({Text(unlisted)} new): never mailed again");
        table.Row("rows", runs, Text(traces.Rows.Values.Sum()), "kept until the run is deleted: id, keyed hashes");
        Console.WriteLine($"{(customers.Length == 1 ? "customer" : $"{Text(customers.Length)} customers:")} {string.Join(", ", ErasureReceipt.Show(customers))}");
        table.Print();
    }

    private static string Text(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}

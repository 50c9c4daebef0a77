using System.CommandLine;
using Pipeline.Addresses;
using Pipeline.Cli.Erasing;
using Pipeline.Cli.Keys;
using Pipeline.Hosting;
using Pipeline.Keys;
using Pipeline.Records;

namespace Pipeline.Cli.Commands;

/// <summary><c>pipeline erase</c>: a customer's addresses in all runs, for good.</summary>
internal static class EraseCommand
{
    private const string FromStdin = "-";

    public static Command Create()
    {
        var customer = new Option<string?>("--customer") { HelpName = "ID", Description = "The customer, by the shop's own id." };
        var address = new Option<string?>("--address")
        {
            HelpName = FromStdin,
            Description = "Instead or as well: every customer behind the mailbox of an address, which is read from stdin and nowhere else.",
        };
        var runs = new Option<string>("--runs") { HelpName = "FOLDER", Description = "The folder that the runs lie in, at any depth.", Required = true };
        var suppressions = new Option<string>("--suppressions")
        {
            HelpName = "FILE",
            Description = "The suppression list of the nightly runs (CSV or JSON lines), which keeps the mailbox; made where there is none.",
            Required = true,
        };
        Option<string?> columns = KeyedListFlags.Columns("suppression-columns", SuppressionFile.Columns);
        Option<string> delimiter = KeyedListFlags.Delimiter();
        var receipts = new Option<string?>("--receipts") { HelpName = "FOLDER", Description = "Where the receipt goes. Default: erasures beside the key store." };
        var dryRun = new Option<bool>("--dry-run") { Description = "Say only what would be done.", Arity = ArgumentArity.Zero };
        var keys = new KeyFlags();
        var command = new Command("erase", "Make a customer's addresses unreadable in all runs, and never mail the customer again.")
        {
            customer, address, runs, suppressions, columns, delimiter, receipts, dryRun,
        };
        foreach (Option option in keys.All)
            command.Options.Add(option);
        // Whatever else stands there may be an address, so it is not repeated.
        command.TreatUnmatchedTokensAsErrors = false;
        command.SetAction((parsed, cancellation) =>
        {
            if (parsed.UnmatchedTokens.Count > 0)
                throw new StageException(ExitCode.Usage, "There is something on the command line that is no option of 'erase'.", "See './pipeline erase --help'; an address goes to stdin.");
            KeyOptions keyOptions = keys.Read(parsed);
            string list = parsed.GetValue(suppressions)!;
            IReadOnlyList<RecordColumn> listColumns = KeyedListFlags.ReadColumns(parsed, columns, SuppressionFile.Columns);
            bool fromStdin = ReadAddressFlag(parsed.GetValue(customer), parsed.GetValue(address));
            return Erasure.RunAsync(
                new ErasureRequest
                {
                    Customer = parsed.GetValue(customer),
                    Address = fromStdin ? OpenStdin() : null,
                    Runs = parsed.GetValue(runs)!,
                    Keys = keyOptions,
                    Suppressions = new SuppressionAppender(list, listColumns, KeyedListFlags.ReadDelimiter(parsed, delimiter)),
                    Receipts = parsed.GetValue(receipts) ?? Path.Combine(Path.GetDirectoryName(Path.GetFullPath(Path.TrimEndingDirectorySeparator(keyOptions.KeyStore)))!, "erasures"),
                    IsDryRun = parsed.GetValue(dryRun),
                    Now = TimeProvider.System.GetUtcNow(),
                },
                cancellation);
        });
        return command;
    }

    /// <returns>Whether stdin says who.</returns>
    private static bool ReadAddressFlag(string? customer, string? address)
    {
        if (string.IsNullOrWhiteSpace(customer) && string.IsNullOrWhiteSpace(address))
            throw new StageException(ExitCode.Usage, "Say whom to erase: --customer ID, or --address - and the address by stdin, or both.");
        // Arguments are seen by every user of the machine and kept by shells.
        if (address is not null and not FromStdin)
            throw new StageException(ExitCode.Usage, "--address takes nothing but -: the address goes to stdin, for everybody can see a command line.");
        if (customer is not null && customer.Contains('@', StringComparison.Ordinal))
            throw new StageException(ExitCode.Usage, "--customer seems to be an address: give it to stdin with --address -, for everybody can see a command line.");
        return address is not null;
    }

    private static Stream OpenStdin()
    {
        if (!Console.IsInputRedirected)
            Console.Error.WriteLine("The address, then Ctrl-D at the start of a line:");
        return Console.OpenStandardInput();
    }
}

using Pipeline.Database;
using Pipeline.Hosting;
using Pipeline.Records;
using Pipeline.Storage;

namespace Pipeline.Inject;

/// <summary>What the stage can be told.</summary>
internal sealed record InjectOptions
{
    /// <summary>The database; null for the one in the run's folder.</summary>
    public required DatabaseUrl? Target { get; init; }

    /// <summary>File with the database's password, null for none.</summary>
    public required string? PasswordFile { get; init; }

    /// <summary>How the database is opened.</summary>
    public required DatabaseSettings Settings { get; init; }

    /// <summary>The role that may read the views.</summary>
    public required string ReaderRole { get; init; }

    /// <summary>How long a failure that may pass is met with another attempt.</summary>
    public required TimeSpan RetryFor { get; init; }

    /// <summary>Files of products as they are now, null for none.</summary>
    public required RecordFiles? Catalogue { get; init; }

    /// <summary>How they are written.</summary>
    public required RecordSettings CatalogueSettings { get; init; }

    /// <summary>Which of their columns are which; see <see cref="CatalogueRecords"/> for the order.</summary>
    public required IReadOnlyList<RecordColumn> CatalogueColumns { get; init; }

    /// <summary>File of mailboxes that must not be mailed any more, null for none.</summary>
    public required string? SuppressedMailboxes { get; init; }

    /// <summary>The moment the run goes live, microseconds since 1970 UTC; null where nothing is compared with it.</summary>
    public required long? ReferenceTime { get; init; }

    /// <summary>Share of the live lists that may change or go.</summary>
    public required decimal MaxChanged { get; init; }

    /// <summary>Whether more may change for once.</summary>
    public required bool AcceptChanges { get; init; }

    /// <summary>Runs that stay in the database, the live one included.</summary>
    public required int KeepRuns { get; init; }

    /// <summary>Whether only to show what would change.</summary>
    public required bool DryRun { get; init; }

    public static InjectOptions Parse(OptionReader options)
    {
        string? target = options.OptionalText(
            "target", "URL", $"The database: postgresql://USER@HOST:PORT/DATABASE or duckdb:PATH. Default: {RunStore.FileName} in the run's folder.", decides: false);
        DatabaseUrl? url = null;
        try
        {
            url = target is null ? null : DatabaseUrl.Parse(target);
        }
        catch (FormatException e)
        {
            // A text with an @ may hold a password, wherever it stands.
            options.Mistake($"--target {(target!.Contains('@', StringComparison.Ordinal) ? "" : $"'{target}' ")}{e.Message}.");
        }
        if (url?.FilePath is { } file && RemoteFile.IsRemote(file))
            options.Mistake($"--target '{target}' is a file in S3: only the run's own database is kept there, without --target.");
        string maxChanged = options.Text(
            "max-changed", "SHARE", "Share of the live lists that may change or go; with more the run is refused. Not asked for in the run's own database.", "80%", decides: false);
        if (!Percentage.TryParse(maxChanged, out decimal share))
            options.Mistake($"--max-changed '{maxChanged}' {Percentage.Form}.");
        char delimiter = options.Delimiter();
        return new InjectOptions
        {
            Target = url,
            PasswordFile = options.OptionalText(
                "password-file", "FILE",
                "The database's password: a file with the password alone, or with JSON such as {\"username\": ..., \"password\": ...}. Else PIPELINE_DATABASE_SECRET (the same) or PGPASSWORD holds it.",
                decides: false),
            Settings = new DatabaseSettings
            {
                TimeOut = TimeSpan.FromSeconds(options.Number("timeout-seconds", "Longest a statement in the database may take.", 300, min: 1, max: 86_400, decides: false)),
                ReaderTimeOut = TimeSpan.FromSeconds(options.Number(
                    "reader-seconds", "Longest to wait for transactions that read the lists before this run was loaded.", 30, min: 0, max: 3600, decides: false)),
            },
            ReaderRole = options.Text("reader-role", "NAME", "The role of a PostgreSQL server that may read the views; made where there is none.", "recommendations_reader", decides: false),
            RetryFor = TimeSpan.FromSeconds(options.Number(
                "retry-seconds", "How long a lost connection or a server that restarts is met with another attempt.", 60, min: 0, max: 3600, decides: false)),
            Catalogue = options.OptionalInputFileSet(
                "catalogue", "The products as they are now, in the same way as for load: what is out of stock, not yet available or gone is taken out of the lists."),
            CatalogueSettings = new RecordSettings
            {
                Format = options.Format("catalogue-format", "The kind of those files."),
                Delimiter = delimiter,
                Quote = options.Quote(delimiter),
                Encoding = options.Encoding(),
            },
            CatalogueColumns = options.Columns("catalogue-columns", "Their columns, in the same way as for load.", CatalogueRecords.Columns),
            SuppressedMailboxes = options.OptionalInputFile(
                "suppressed-mailboxes", "Who must not be mailed any more: a file of CSV, JSON lines (also gzip) or Parquet with a column mailbox_key. It holds no address."),
            ReferenceTime = options.OptionalTime(
                "reference-time", "The moment the run goes live, in UTC unless it states an offset: what has expired by then is not mailed, what is available later not offered. Default: not checked."),
            MaxChanged = share,
            AcceptChanges = options.Flag("accept-changes", "Take the run though more lists change than --max-changed allows.", decides: false),
            KeepRuns = options.Integer("keep-runs", "Runs that stay in the database, the live one included.", 7, min: 1, max: 1000, decides: false),
            DryRun = options.Flag("dry-run", "Show what would change, and change nothing.", decides: false),
        };
    }

    /// <summary>The run's own database, as a file to work on; null where another is named.</summary>
    public async Task<WorkingFile?> OpenOwnAsync(RunFolder run, CancellationToken cancellation) =>
        Target is null ? await run.Store.OpenAsync(RunStore.FileName, cancellation) : null;

    /// <summary>What people call the database.</summary>
    public string Describe(RunFolder run) => Target?.ToString() ?? run.Store.Describe(RunStore.FileName);

    /// <summary>Opens the database.</summary>
    /// <param name="own">The run's own; null where another is named.</param>
    /// <param name="cancellation">Stops the attempt.</param>
    public async Task<RunStore> OpenAsync(WorkingFile? own, CancellationToken cancellation)
    {
        DatabaseUrl url = own is null ? Target! : DatabaseUrl.OfFile(own.Path);
        DatabaseSecret secret = url.FilePath is null ? DatabaseSecret.Find(PasswordFile) : DatabaseSecret.None;
        return new RunStore(await Settings.OpenAsync(url, secret, cancellation));
    }
}

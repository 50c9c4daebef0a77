using System.CommandLine;
using Pipeline.Contracts;
using Pipeline.Database;
using Pipeline.Hosting;
using Pipeline.Storage;

namespace Pipeline.Cli.Commands;

/// <summary>The options of commands that look into the database that inject fills, and how they open it.</summary>
internal sealed class LiveDatabase
{
    private static readonly DatabaseSettings Settings = new() { TimeOut = TimeSpan.FromSeconds(30) };

    private readonly Option<string?> url;
    private readonly Option<string?> run = new("--run") { HelpName = "FOLDER", Description = "The run whose own database is meant." };
    private readonly Option<string?> passwordFile = new("--password-file")
    {
        HelpName = "FILE",
        Description = $"The database's password, alone or in JSON. Else {DatabaseSecret.Variable} or PGPASSWORD holds it.",
    };

    /// <summary>Adds the options to a command.</summary>
    /// <param name="command">The command.</param>
    /// <param name="name">What the option for the database is called.</param>
    public LiveDatabase(Command command, string name)
    {
        url = new Option<string?>("--" + name) { HelpName = "URL", Description = "The database: postgresql://USER@HOST:PORT/DATABASE or duckdb:PATH." };
        command.Options.Add(url);
        command.Options.Add(run);
        command.Options.Add(passwordFile);
    }

    /// <summary>Opens the database, and closes it when it has been used.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="changes">Whether it is changed; a run's own is then kept from everybody else meanwhile.</param>
    /// <param name="use">Uses it; told what people call it.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="StageException"><see cref="ExitCode.Usage"/>: none is named, or it does not exist.</exception>
    public async Task UseAsync(ParseResult parsed, bool changes, Func<RunStore, string, Task> use, CancellationToken cancellation)
    {
        RunFolder? folder = parsed.GetValue(run) is { } location ? RunFolder.Open(location) : null;
        await using ILease? lease = folder is null || !changes
            ? null
            : await folder.Store.TryAcquireLeaseAsync(Stages.Inject.Folder, cancellation)
                ?? throw new StageException(ExitCode.LeaseHeld, $"inject is writing '{folder.Store.Describe(Stages.Inject.Folder)}'.", "Wait until it ends, or stop it.");
        using WorkingFile? own = folder is null ? null : await folder.Store.OpenAsync(RunStore.FileName, cancellation);
        DatabaseUrl named = own is null ? UrlOf(parsed) : DatabaseUrl.OfFile(own.Path);
        string name = folder is null ? named.ToString() : folder.Store.Describe(RunStore.FileName);
        if (named.FilePath is { } path && !File.Exists(path))
            throw new StageException(ExitCode.Usage, $"'{name}' does not exist: nothing has been injected there.");
        DatabaseSecret secret = named.FilePath is null
            ? DatabaseSecret.Find(parsed.GetValue(passwordFile) ?? Environment.GetEnvironmentVariable(OptionReader.EnvironmentName("password-file")))
            : DatabaseSecret.None;
        var store = new RunStore(await Settings.OpenAsync(named, secret, cancellation));
        await using (store.Database)
            await use(store, name);
        if (own is not null && changes)
            await own.SaveAsync(cancellation);
    }

    private DatabaseUrl UrlOf(ParseResult parsed)
    {
        string text = parsed.GetValue(url) ?? Environment.GetEnvironmentVariable(OptionReader.EnvironmentName("target"))
            ?? throw new StageException(ExitCode.Usage, $"No database is named: give {url.Name} URL, or --run FOLDER for the one of a run.");
        try
        {
            return DatabaseUrl.Parse(text);
        }
        catch (FormatException e)
        {
            throw new StageException(ExitCode.Usage, $"{url.Name} {e.Message}.", cause: e);
        }
    }
}

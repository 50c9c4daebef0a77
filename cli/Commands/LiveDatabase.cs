using System.CommandLine;
using Pipeline.Database;
using Pipeline.Hosting;

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

    /// <summary>Opens the database. Dispose it.</summary>
    /// <exception cref="StageException"><see cref="ExitCode.Usage"/>: none is named, or it does not exist.</exception>
    public async Task<RunStore> OpenAsync(ParseResult parsed, CancellationToken cancellation)
    {
        DatabaseUrl named = UrlOf(parsed);
        if (named.FilePath is { } path && !File.Exists(path))
            throw new StageException(ExitCode.Usage, $"'{path}' does not exist: nothing has been injected there.");
        DatabaseSecret secret = named.FilePath is null
            ? DatabaseSecret.Find(parsed.GetValue(passwordFile) ?? Environment.GetEnvironmentVariable(OptionReader.EnvironmentName("password-file")))
            : DatabaseSecret.None;
        return new RunStore(await Settings.OpenAsync(named, secret, cancellation));
    }

    private DatabaseUrl UrlOf(ParseResult parsed)
    {
        if (parsed.GetValue(run) is { } folder)
            return DatabaseUrl.OfFile(Path.Combine(folder, "recommendations.duckdb"));
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

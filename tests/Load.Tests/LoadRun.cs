using System.Text;
using System.Text.Json;
using Pipeline.Contracts;
using Pipeline.Hosting;
using Pipeline.Tables;
using Pipeline.Testing;

namespace Pipeline.Load.Tests;

/// <summary>One run of the stage, on files that are written out in the test.</summary>
internal sealed class LoadRun : IDisposable
{
    /// <summary>Neither the zone nor the language of the machine may show in a result.</summary>
    private static readonly Dictionary<string, string> Elsewhere = new() { ["TZ"] = "America/New_York", ["LC_ALL"] = "de_DE.UTF-8" };

    private readonly TempFolder folder = new();

    private LoadRun(Func<TempFolder, string> interactions, string? catalogue, IReadOnlyList<string> arguments, string? location = null)
    {
        location ??= folder.File("run");
        Location = location;
        Output = new StageFolder(location, Stages.Load);
        string[] products = catalogue is null ? [] : ["--catalogue", folder.Write("catalogue.csv", catalogue)];
        // Of a file of a few lines one reject is a large share.
        string[] limit = arguments.Contains("--max-rejects") ? [] : ["--max-rejects", "100%"];
        Result = StageRunner.Run(
            Stages.Load, ["--run", location, "--interactions", interactions(folder), .. products, .. limit, .. arguments], Elsewhere);
    }

    public StageResult Result { get; }

    /// <summary>The run.</summary>
    public string Location { get; }

    /// <summary>The folder of the run that the stage writes.</summary>
    public StageFolder Output { get; }

    /// <summary>Loads interactions and expects that to work.</summary>
    public static LoadRun Of(string interactions, params string[] arguments) => Of(interactions, catalogue: null, arguments);

    /// <summary>Loads interactions and a catalogue and expects that to work.</summary>
    public static LoadRun Of(string interactions, string? catalogue, string[] arguments) =>
        Try(interactions, catalogue, arguments).MustBeDone();

    /// <summary>Loads interactions, whatever becomes of it.</summary>
    public static LoadRun Try(string interactions, params string[] arguments) => Try(interactions, catalogue: null, arguments);

    /// <summary>Loads interactions and a catalogue, whatever becomes of it.</summary>
    public static LoadRun Try(string interactions, string? catalogue, string[] arguments) =>
        TryBytes(Encoding.UTF8.GetBytes(interactions), catalogue, arguments);

    /// <summary>Loads interactions that are no text, whatever becomes of it.</summary>
    public static LoadRun TryBytes(byte[] interactions, string? catalogue = null, params string[] arguments) =>
        new(folder => folder.Write("interactions.csv", interactions), catalogue, arguments);

    /// <summary>Loads a file that the test names, whatever becomes of it.</summary>
    public static LoadRun TryFile(Func<TempFolder, string> interactions, params string[] arguments) => new(interactions, null, arguments);

    /// <summary>Loads a line into a run elsewhere, whatever becomes of it.</summary>
    public static LoadRun TryAt(string location) =>
        new(folder => folder.Write("interactions.csv", "user_id,item_id,time\nu1,i1,2024-05-01\n"), null, [], location);

    public Task<string[]> InteractionsAsync(params Column[] columns) => Output.RowsAsync(Interactions.DataSet, columns);

    public Task<string[]> CatalogueAsync(params Column[] columns) => Output.RowsAsync(Catalogue.DataSet, columns);

    /// <summary>Line, column, reason and value of each line that was rejected.</summary>
    public Task<string[]> RejectsAsync() => Output.RowsAsync(Rejects.DataSet, Rejects.Line, Rejects.ColumnName, Rejects.Reason, Rejects.Value);

    /// <summary>The tables of the log, as people see them.</summary>
    public string[] Tables() =>
    [
        .. Result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonElement.Parse(line))
            .Where(line => line.GetProperty("EventId").GetInt32() == LogEvents.Table.Id)
            .Select(line => line.GetProperty("State").GetProperty("table").GetString()!),
    ];

    public string[] Counters() => Output.Counters();

    /// <summary>Expects that the stage finished.</summary>
    public LoadRun MustBeDone()
    {
        Output.MustBeDone(Result);
        return this;
    }

    /// <summary>Expects one sentence with these words, an exit code and no output.</summary>
    public void MustBeRefused(int exitCode, params string[] words) => Output.MustBeRefused(Result, exitCode, words);

    public void Dispose() => folder.Dispose();
}

using System.Text.Json.Nodes;
using Pipeline.Contracts;
using Pipeline.Hosting;
using Pipeline.Storage;
using Pipeline.Tables.DuckDb;

namespace Pipeline.Cli.Report;

/// <summary>A run as a report reads it: the stages that finished, why another did not, and the tables as views in a database in memory.</summary>
internal sealed class RunSource : IDisposable
{
    /// <summary>What a report reads, by the names of its views. No view is of the columns of addresses: the report has no use for them.</summary>
    private static readonly IReadOnlyList<(string View, DataSet DataSet, string Columns)> Views =
    [
        ("interactions", Interactions.DataSet, "user_id, item_id, event, time, revenue"),
        ("catalogue", Catalogue.DataSet, "item_id, name, category, image_url"),
        ("users", Users.DataSet, "user_id"),
        ("items", Items.DataSet, "item_id, users, interactions, name, category, image_url"),
        ("segments", Segments.DataSet, "user_id, segment"),
        ("segment_summary", SegmentSummary.DataSet, "segment, customers, revenue_share, median_recency_days"),
        ("verdicts", Verdicts.DataSet, "user_id, verdict, list_length"),
        ("lists", Recommendations.DataSet, "user_id, rank, item_id, score, source, because_item_id, segment"),
        ("recipients", Recipients.DataSet, "user_id, send, reason"),
    ];

    private readonly RunFolder folder;
    private readonly Dictionary<StageContract, StageInput> stages = [];
    private readonly Dictionary<StageContract, StageError> errors = [];
    private readonly Dictionary<string, string> views = [];
    private readonly List<LocalCopy> copies = [];
    private readonly DuckDbDatabase database = DuckDbDatabase.OpenInMemory();

    private RunSource(RunFolder folder) => this.folder = folder;

    /// <summary>The run's name.</summary>
    public string Name => folder.Name;

    /// <summary>The stages that failed last, and how.</summary>
    public IReadOnlyDictionary<StageContract, StageError> Errors => errors;

    /// <summary>Whether every stage finished.</summary>
    public bool IsComplete => stages.Count == Stages.All.Count;

    /// <summary>Opens a run.</summary>
    /// <exception cref="StageException">There is no run, or its tables are of another version.</exception>
    public static async Task<RunSource> OpenAsync(RunFolder folder, CancellationToken cancellation)
    {
        var source = new RunSource(folder);
        try
        {
            await source.ReadAsync(cancellation);
            return source;
        }
        catch
        {
            source.Dispose();
            throw;
        }
    }

    /// <summary>Whether a stage has finished in a run.</summary>
    public static async Task<bool> IsBegunAsync(RunFolder folder, CancellationToken cancellation)
    {
        foreach (StageContract stage in Stages.All)
            if (await folder.Store.ReadAsync($"{stage.Folder}/{Storage.Manifest.FileName}", cancellation) is not null)
                return true;
        return false;
    }

    /// <summary>What a stage wrote; null where it has not finished.</summary>
    public Manifest? Manifest(StageContract stage) => stages.GetValueOrDefault(stage)?.Manifest;

    /// <summary>A counter of a stage; null where it has none of the name.</summary>
    public long? Counter(StageContract stage, string name) =>
        Manifest(stage) is { } manifest && manifest.Counters.TryGetValue(name, out long value) ? value : null;

    /// <summary>Whether all of the tables are there.</summary>
    public bool Has(params IReadOnlyList<string> names) => names.All(views.ContainsKey);

    /// <summary>Asks the tables.</summary>
    public IReadOnlyList<DuckDbRow> Query(string sql, params object?[] args) => database.Query(sql, args);

    /// <summary>Keeps the rows of a query under a name, for those who ask for them again and again.</summary>
    public void Keep(string name, string sql) => database.Execute($"CREATE OR REPLACE TEMP TABLE {name} AS {sql}");

    /// <summary>Makes a table of an earlier run askable here, as <c>before_</c> and its name.</summary>
    public void Borrow(RunSource before, string view) => database.Execute($"CREATE OR REPLACE VIEW before_{view} AS {before.views[view]}");

    /// <summary>A file of JSON that a finished stage left; null where it left none.</summary>
    public async Task<JsonNode?> JsonAsync(StageContract stage, string path, CancellationToken cancellation)
    {
        if (!stages.TryGetValue(stage, out StageInput? input) || input.FilesOf(path) is not [ManifestFile file])
            return null;
        using LocalCopy copy = await input.GetAsync(file, cancellation);
        return JsonNode.Parse(await File.ReadAllBytesAsync(copy.Path, cancellation));
    }

    /// <summary>A file beside the stages' folders; null where there is none.</summary>
    public async Task<byte[]?> FileAsync(string name, CancellationToken cancellation) => await folder.Store.ReadAsync(name, cancellation);

    /// <summary>The stages that were made from another output than the one that is there now.</summary>
    public IEnumerable<(StageContract Stage, StageContract Input)> Mismatches =>
        from stage in Stages.All
        where stages.ContainsKey(stage)
        from input in stage.Reads
        where stages.TryGetValue(input, out StageInput? now) && stages[stage].Manifest.Inputs.GetValueOrDefault(input.Folder) != now.ManifestHash
        select (stage, input);

    /// <inheritdoc/>
    public void Dispose()
    {
        database.Dispose();
        foreach (LocalCopy copy in copies)
            copy.Dispose();
    }

    private async Task ReadAsync(CancellationToken cancellation)
    {
        foreach (StageContract stage in Stages.All)
        {
            try
            {
                stages[stage] = await folder.OpenStageAsync(stage.Folder, cancellation);
            }
            catch (StorageException e) when (e.Fault == StorageFault.NotFound)
            {
                // Not finished; the report says so.
            }
            if (await folder.Store.ReadAsync($"{stage.Folder}/{StageOutput.ErrorFileName}", cancellation) is { } json && StageError.TryParse(json) is { } error)
                errors[stage] = error;
        }
        if (stages.Count == 0)
            throw new StageException(ExitCode.Usage, $"'{folder.Store.Location}' is no run in which a stage has finished.", "Name the folder of a run.");
        foreach ((string view, DataSet dataSet, string columns) in Views)
            await AddViewAsync(view, dataSet, columns, cancellation);
    }

    private async Task AddViewAsync(string view, DataSet dataSet, string columns, CancellationToken cancellation)
    {
        if (!stages.TryGetValue(dataSet.Stage, out StageInput? input))
            return;
        var paths = new List<string>();
        foreach (ManifestFile file in input.FilesOf(dataSet.Path))
        {
            if (file.Contract != dataSet.Schema.Contract)
            {
                throw new StageException(
                    ExitCode.InputRefused, $"'{folder.Store.Describe($"{dataSet.Stage.Folder}/{file.Path}")}' was written as {file.Contract}, this version reads {dataSet.Schema.Contract}.",
                    $"Run {dataSet.Stage} again with this version.");
            }
            LocalCopy copy = await input.GetAsync(file, cancellation);
            copies.Add(copy);
            paths.Add(DuckDbDatabase.FilePattern(copy.Path).Replace("'", "''", StringComparison.Ordinal));
        }
        if (paths.Count == 0)
            return;
        views[view] = $"SELECT {columns} FROM read_parquet([{string.Join(", ", paths.Select(path => $"'{path}'"))}])";
        database.Execute($"CREATE VIEW {view} AS {views[view]}");
    }
}

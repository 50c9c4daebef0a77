using System.Globalization;
using Pipeline.Evaluation;
using Pipeline.Hosting;
using Pipeline.Tables;
using Pipeline.Tables.DuckDb;

namespace Pipeline.Cli.Evaluate;

/// <summary>A trial with what else is recorded of it.</summary>
/// <param name="Trial">Number, values and objective.</param>
/// <param name="Figures">The figures of <see cref="TrialRecord.Metrics"/>.</param>
/// <param name="Seconds">What it took.</param>
internal sealed record RecordedTrial(SearchTrial Trial, IReadOnlyList<double?> Figures, double Seconds);

/// <summary>
/// All trials in a Parquet file, written anew after each: it is small, and appears under its name only when it is whole. What the search is stands in
/// the file, so that another one does not go on from it.
/// </summary>
internal sealed class TrialRecord
{
    private const string SearchKey = "search";

    private static readonly Column Number = new("trial", ColumnType.Int32), Phase = new("phase", ColumnType.Text),
        Objective = new("objective", ColumnType.Double, Nullable: true), Seconds = new("seconds", ColumnType.Double);

    private readonly string path, search;
    private readonly IReadOnlyList<SearchParameter> space;
    private readonly Column[] parameters, figures;
    private readonly TableSchema schema;
    private readonly int randomTrials;

    /// <summary>Describes a record.</summary>
    /// <param name="path">The file.</param>
    /// <param name="search">Everything that decides the results.</param>
    /// <param name="space">What is tuned.</param>
    /// <param name="randomTrials">Trials of the first phase.</param>
    public TrialRecord(string path, string search, IReadOnlyList<SearchParameter> space, int randomTrials)
    {
        this.path = path;
        this.search = search;
        this.space = space;
        this.randomTrials = randomTrials;
        parameters = [.. space.Select(p => new Column(p.Name.Replace('-', '_'), ColumnType.Text))];
        figures = [.. Metrics.Select(m => new Column(m, ColumnType.Double, Nullable: true))];
        schema = new TableSchema("trials", 1, [Number, Phase, .. parameters, Objective, .. figures, Seconds]);
    }

    /// <summary>The figures that are recorded of each trial.</summary>
    public static IReadOnlyList<string> Metrics { get; } =
    [
        MetricNames.Ndcg, MetricNames.Precision, MetricNames.Recall, MetricNames.Map, MetricNames.HitRate, MetricNames.CatalogCoverage, MetricNames.Novelty,
    ];

    /// <summary>The trials that were made already; none without a file.</summary>
    /// <exception cref="StageException">The file is of another search, or cannot be read.</exception>
    public async Task<List<RecordedTrial>> ReadAsync(bool overwrite, CancellationToken cancellation)
    {
        var trials = new List<RecordedTrial>();
        if (!File.Exists(path) || overwrite)
            return trials;
        try
        {
            // Its search first: with another space it has other columns.
            await using (ITableReader any = await new DuckDbTableFormat().OpenAsync(path, schema.Select(Number), cancellation))
                if (!any.Metadata.TryGetValue(SearchKey, out string? found) || found != search)
                    throw new StageException(
                        ExitCode.OutputDiffers, $"'{path}' records another search (other interactions, space, objective, trials or seed).", "Name another file with --record, or give --overwrite.");
            await using ITableReader reader = await new DuckDbTableFormat().OpenAsync(path, schema, cancellation);
            var batch = new ColumnBatch(schema);
            while (await reader.ReadAsync(batch, cancellation))
                for (int row = 0; row < batch.Count; row++)
                    trials.Add(Read(batch, row));
        }
        catch (TableException e)
        {
            throw new StageException(ExitCode.InputRefused, e.Message, "Name another file with --record, or give --overwrite.", e);
        }
        return trials;
    }

    /// <summary>Writes all trials, in order of their numbers.</summary>
    public async Task WriteAsync(IEnumerable<RecordedTrial> trials, CancellationToken cancellation)
    {
        try
        {
            await using ITableWriter writer = await new DuckDbTableFormat().CreateAsync(
                path, schema, new Dictionary<string, string> { [SearchKey] = search }, cancellation);
            var batch = new ColumnBatch(schema);
            foreach (RecordedTrial trial in trials.OrderBy(t => t.Trial.Number))
                Write(batch, trial);
            await writer.WriteAsync(batch, cancellation);
            await writer.CompleteAsync(cancellation);
        }
        catch (TableException e)
        {
            throw new StageException(e.IsDiskFull ? ExitCode.Unavailable : ExitCode.Usage, e.Message, cause: e);
        }
    }

    private RecordedTrial Read(ColumnBatch batch, int row) => new(
        new SearchTrial(batch.Values<int>(Number)[row], [.. parameters.Select(p => batch.Text(p).GetString(row)!)], NumberOrNull(batch, Objective, row)),
        [.. figures.Select(f => NumberOrNull(batch, f, row))], batch.Values<double>(Seconds)[row]);

    private void Write(ColumnBatch batch, RecordedTrial trial)
    {
        int row = batch.Count;
        batch.Values<int>(Number)[row] = trial.Trial.Number;
        batch.Text(Phase).Append(trial.Trial.Number < randomTrials ? "random" : "narrowing");
        for (int p = 0; p < space.Count; p++)
            batch.Text(parameters[p]).Append(trial.Trial.Values[p]);
        Set(batch, Objective, row, trial.Trial.Objective);
        for (int f = 0; f < figures.Length; f++)
            Set(batch, figures[f], row, trial.Figures[f]);
        batch.Values<double>(Seconds)[row] = trial.Seconds;
        batch.Count++;
    }

    private static void Set(ColumnBatch batch, Column column, int row, double? value)
    {
        batch.Values<double>(column)[row] = value ?? 0;
        batch.Nulls(column)[row] = value is null;
    }

    private static double? NumberOrNull(ColumnBatch batch, Column column, int row) => batch.Nulls(column)[row] ? null : batch.Values<double>(column)[row];

    /// <summary>A number for messages.</summary>
    internal static string Text(double? value) => value?.ToString("0.0000", CultureInfo.InvariantCulture) ?? "-";
}

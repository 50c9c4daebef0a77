using Pipeline.Contracts;
using Pipeline.Hosting;
using Pipeline.Storage;
using Pipeline.Tables;
using Pipeline.Tables.DuckDb;

namespace Pipeline.Cli.Keys;

/// <summary>What the email stage said in all runs of a workspace, as far as the runs are still there.</summary>
internal sealed class RecipientHistory
{
    private readonly IReadOnlyList<(string Name, StageInput Output)> runs;
    private readonly DuckDbTableFormat format = new();

    private RecipientHistory(IReadOnlyList<(string Name, StageInput Output)> runs) => this.runs = runs;

    /// <summary>Names of the runs that went through the email stage, in order.</summary>
    public IReadOnlyList<string> Runs => [.. runs.Select(run => run.Name)];

    /// <summary>Finds the runs.</summary>
    /// <param name="location">The folder they lie in, at any depth.</param>
    /// <param name="cancellation">Stops the search.</param>
    /// <exception cref="StageException">
    /// <see cref="ExitCode.InputRefused"/>: a run was written by another version of the stage, so that nobody can say what is in it.
    /// </exception>
    public static async Task<RecipientHistory> OpenAsync(string location, CancellationToken cancellation)
    {
        var runs = new List<(string Name, StageInput Output)>();
        foreach ((string name, RunFolder run) in await RunFolder.FindAsync(location, Stages.Email.Folder, cancellation))
        {
            StageInput output = await run.OpenStageAsync(Stages.Email.Folder, cancellation);
            if (output.FilesOf(Recipients.DataSet.Path).FirstOrDefault(file => file.Contract != Recipients.Schema.Contract) is { } other)
            {
                throw new StageException(
                    ExitCode.InputRefused, $"'{run.Store.Location}' holds {other.Contract}, which another version of the email stage wrote; this one knows {Recipients.Schema.Contract}.",
                    "Delete the run, or run email again there with --overwrite. Nothing was changed.");
            }
            runs.Add((name, output));
        }
        return new RecipientHistory(runs);
    }

    /// <summary>Goes through the rows of all runs.</summary>
    /// <param name="columns">The columns.</param>
    /// <param name="read">Takes the name of a run and some of its rows.</param>
    /// <param name="cancellation">Stops the reading.</param>
    /// <exception cref="StorageException">A run is damaged.</exception>
    public async Task ReadAsync(IReadOnlyList<Column> columns, Action<string, ColumnBatch> read, CancellationToken cancellation)
    {
        var batch = new ColumnBatch(Recipients.Schema.Select([.. columns]));
        foreach ((string name, StageInput output) in runs)
        {
            foreach (ManifestFile file in output.FilesOf(Recipients.DataSet.Path))
            {
                using LocalCopy copy = await output.GetAsync(file, cancellation);
                await using ITableReader reader = await format.OpenAsync(copy.Path, batch.Schema, cancellation);
                while (await reader.ReadAsync(batch, cancellation))
                    read(name, batch);
            }
        }
    }
}

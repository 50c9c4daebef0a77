using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Pipeline.Contracts;
using Pipeline.Storage;
using Pipeline.Tables;

namespace Pipeline.Hosting;

/// <summary>What a stage works with besides its options: its inputs, its output folder, log, progress and counters.</summary>
public sealed class StageContext
{
    private readonly IReadOnlyDictionary<StageContract, StageInput> inputs;
    private readonly IReadOnlyDictionary<string, byte[]> earlier;
    private readonly StageOutput output;

    internal StageContext(
        RunFolder run, IReadOnlyDictionary<StageContract, StageInput> inputs, IReadOnlyDictionary<string, byte[]> earlier, StageOutput output,
        ITableFormat tables, int threads, string fingerprint, ILogger log, StageProgress progress)
    {
        Run = run;
        this.inputs = inputs;
        this.earlier = earlier;
        this.output = output;
        Tables = tables;
        Threads = threads;
        Fingerprint = fingerprint;
        Log = log;
        Progress = progress;
    }

    /// <summary>The run.</summary>
    public RunFolder Run { get; }

    /// <summary>The Parquet engine.</summary>
    public ITableFormat Tables { get; }

    /// <summary>Threads to work with, from 1. Never changes a result.</summary>
    public int Threads { get; }

    /// <summary>Identifies what this run of the stage computes; see <see cref="Storage.Fingerprint"/>.</summary>
    public string Fingerprint { get; }

    /// <summary>One line per step, with named values; nothing personal.</summary>
    public ILogger Log { get; }

    /// <summary>How far the stage is.</summary>
    public StageProgress Progress { get; }

    /// <summary>What became of the rows.</summary>
    public Counters Counters { get; } = new();

    /// <summary>The output of a stage this one reads.</summary>
    public StageInput Input(StageContract stage) => inputs[stage];

    /// <summary>The file that <see cref="OptionReader.OptionalEarlierRun"/> asked for; null where the option was not given.</summary>
    /// <param name="option">The flag without its dashes.</param>
    public byte[]? Earlier(string option) => earlier.GetValueOrDefault(option);

    /// <summary>Shows a table to people, and its figures to programs as one record of the log.</summary>
    /// <param name="summary">The table in a sentence.</param>
    /// <param name="table">The table.</param>
    /// <param name="values">Its figures by name.</param>
    public void Show(string summary, ConsoleTable table, IEnumerable<KeyValuePair<string, object?>> values) =>
        Log.Log(LogLevel.Information, LogEvents.Table, new TableValues(summary, table, values), null, (state, _) => state.ToString());

    /// <summary>Rows of a data set, from the manifest.</summary>
    public long RowsOf(DataSet dataSet)
    {
        ArgumentNullException.ThrowIfNull(dataSet);
        return Input(dataSet.Stage).FilesOf(dataSet.Path).Sum(f => f.Rows ?? 0);
    }

    /// <summary>
    /// Reads a data set, all parts in order, hashes checked. The same batch comes again and again with the next rows: take what is
    /// needed before asking for the next.
    /// </summary>
    /// <param name="dataSet">What to read.</param>
    /// <param name="columns">The columns wanted; null for all.</param>
    /// <param name="cancellation">Stops the reading.</param>
    public IAsyncEnumerable<ColumnBatch> ReadAsync(DataSet dataSet, TableSchema? columns = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(dataSet);
        return ReadAsync(dataSet, new ColumnBatch(columns ?? dataSet.Schema), Tables, cancellation);
    }

    /// <summary>The same, with the caller's batch and engine, for stages that must not take much memory.</summary>
    /// <param name="dataSet">What to read.</param>
    /// <param name="batch">Holds the columns wanted; its capacity says how many rows come at a time.</param>
    /// <param name="tables">Reads the files.</param>
    /// <param name="cancellation">Stops the reading.</param>
    public async IAsyncEnumerable<ColumnBatch> ReadAsync(
        DataSet dataSet, ColumnBatch batch, ITableFormat tables, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(dataSet);
        ArgumentNullException.ThrowIfNull(batch);
        ArgumentNullException.ThrowIfNull(tables);
        StageInput input = Input(dataSet.Stage);
        foreach (ManifestFile file in input.FilesOf(dataSet.Path))
        {
            CheckContract(dataSet, file);
            using LocalCopy copy = await input.GetAsync(file, cancellation).ConfigureAwait(false);
            ITableReader reader = await tables.OpenAsync(copy.Path, batch.Schema, cancellation).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                while (await reader.ReadAsync(batch, cancellation).ConfigureAwait(false))
                    yield return batch;
            }
        }
    }

    /// <summary>Makes sure that a file was written by the version of the contract that this code reads.</summary>
    /// <exception cref="StageException"><see cref="ExitCode.InputRefused"/>: it was not.</exception>
    public void CheckContract(DataSet dataSet, ManifestFile file)
    {
        ArgumentNullException.ThrowIfNull(dataSet);
        ArgumentNullException.ThrowIfNull(file);
        if (file.Contract == dataSet.Schema.Contract)
            return;
        throw new StageException(
            ExitCode.InputRefused,
            $"'{Run.Store.Describe($"{dataSet.Stage.Folder}/{file.Path}")}' was written as {file.Contract}, this version reads {dataSet.Schema.Contract}.",
            $"Run {dataSet.Stage} again with this version.");
    }

    /// <summary>Starts one of the stage's own data sets.</summary>
    public TableOutput Write(DataSet dataSet)
    {
        ArgumentNullException.ThrowIfNull(dataSet);
        return new TableOutput(output, Tables, dataSet);
    }

    /// <summary>Writes a small file that is no table.</summary>
    /// <param name="path">Path below the stage's folder.</param>
    /// <param name="content">All of it.</param>
    /// <param name="cancellation">Stops the writing.</param>
    public async Task WriteFileAsync(string path, ReadOnlyMemory<byte> content, CancellationToken cancellation)
    {
        PendingObject file = await output.CreateAsync(path, cancellation).ConfigureAwait(false);
        await using (file.ConfigureAwait(false))
        {
            try
            {
                await File.WriteAllBytesAsync(file.Path, content, cancellation).ConfigureAwait(false);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw StorageException.From(e, "write", path);
            }
            await output.AddAsync(file, path, contract: null, rows: null, isRandomised: false, cancellation).ConfigureAwait(false);
        }
    }
}

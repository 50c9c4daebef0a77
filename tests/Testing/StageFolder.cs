using System.Globalization;
using System.Text.Json;
using NUnit.Framework;
using Pipeline.Contracts;
using Pipeline.Storage;
using Pipeline.Tables;
using Pipeline.Tables.DuckDb;

namespace Pipeline.Testing;

/// <summary>What a stage left in a run: tables read as a later stage would read them, into text that can be written down in a test.</summary>
/// <param name="run">The run's folder.</param>
/// <param name="stage">The stage.</param>
public sealed class StageFolder(string run, StageContract stage)
{
    private readonly string folder = Path.Combine(run, stage.Folder);

    /// <summary>The manifest of the stage that finished.</summary>
    public Manifest Manifest() => RunReader.ReadManifest(run, stage);

    /// <summary>The counters of the manifest, each as <c>name=value</c>, in its order.</summary>
    public string[] Counters() => [.. Manifest().Counters.Select(c => $"{c.Key}={c.Value}")];

    /// <summary>
    /// The rows of a data set, all parts in order. A row is its values with <c>|</c> between them: nothing for null, times in ISO 8601 UTC.
    /// </summary>
    /// <param name="dataSet">The data set.</param>
    /// <param name="columns">The columns wanted; all of them when none is named.</param>
    public async Task<string[]> RowsAsync(DataSet dataSet, params Column[] columns)
    {
        StageInput input = await RunFolder.Open(run).OpenStageAsync(stage.Folder, CancellationToken.None);
        var format = new DuckDbTableFormat();
        var batch = new ColumnBatch(columns.Length == 0 ? dataSet.Schema : dataSet.Schema.Select([.. columns]));
        var rows = new List<string>();
        foreach (ManifestFile file in input.FilesOf(dataSet.Path))
        {
            using LocalCopy copy = await input.GetAsync(file, CancellationToken.None);
            await using ITableReader reader = await format.OpenAsync(copy.Path, batch.Schema, CancellationToken.None);
            while (await reader.ReadAsync(batch, CancellationToken.None))
                rows.AddRange(Enumerable.Range(0, batch.Count).Select(row => string.Join('|', batch.Schema.Columns.Select(c => Value(batch, c, row)))));
        }
        return [.. rows];
    }

    /// <summary>The names of its files, sorted; hidden ones left out.</summary>
    public string[] Files() => Directory.Exists(folder)
        ? [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(folder, path).Replace(Path.DirectorySeparatorChar, '/'))
            .Where(name => !name.StartsWith('.')).Order(StringComparer.Ordinal)]
        : [];

    /// <summary>The content of a file.</summary>
    public byte[] Bytes(string name) => File.ReadAllBytes(Path.Combine(folder, name));

    /// <summary>Fails the test unless another run's folder holds the same files with the same bytes.</summary>
    /// <param name="other">The other run's folder.</param>
    /// <param name="except">A file that may differ.</param>
    public void MustHoldTheBytesOf(StageFolder other, string? except = null)
    {
        Assert.That(Files(), Is.Not.Empty.And.EqualTo(other.Files()));
        foreach (string name in Files().Where(name => name != except))
            Assert.That(Bytes(name).AsSpan().SequenceEqual(other.Bytes(name)), Is.True, $"{name} differs");
    }

    /// <summary>Fails the test unless the stage finished.</summary>
    public void MustBeDone(StageResult result)
    {
        Assert.That(result.ExitCode, Is.Zero, result.Error);
        Assert.That(RunReader.IsFinished(run, stage), Is.True);
    }

    /// <summary>Fails the test unless the stage ended with a code and one sentence that says all the words, and left no output.</summary>
    public void MustBeRefused(StageResult result, int exitCode, params string[] words)
    {
        Assert.That(result.ExitCode, Is.EqualTo(exitCode), result.Error);
        string[] lines = result.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.That(lines, Has.Length.EqualTo(1), result.Error);
        Assert.That(lines[0], Does.StartWith($"{stage.Name}: ").And.Match("[.?]$"));
        foreach (string word in words)
            Assert.That(lines[0], Does.Contain(word));
        Assert.That(Files(), Is.EqualTo(new[] { StageOutput.ErrorFileName }).Or.Empty);
        foreach (string name in Files())
            Assert.That(JsonDocument.Parse(Bytes(name)).RootElement.GetProperty("code").GetInt32(), Is.EqualTo(exitCode));
    }

    private static string Value(ColumnBatch batch, Column column, int row)
    {
        if (column.Type == ColumnType.Text)
            return batch.Text(column).GetString(row) ?? "";
        if (column.Nullable && batch.Nulls(column)[row])
            return "";
        return column.Type switch
        {
            ColumnType.Int32 => batch.Values<int>(column)[row].ToString(CultureInfo.InvariantCulture),
            ColumnType.Int64 => batch.Values<long>(column)[row].ToString(CultureInfo.InvariantCulture),
            ColumnType.Double => batch.Values<double>(column)[row].ToString("R", CultureInfo.InvariantCulture),
            ColumnType.Boolean => batch.Values<bool>(column)[row] ? "true" : "false",
            _ => DateTime.UnixEpoch.AddTicks(batch.Values<long>(column)[row] * TimeSpan.TicksPerMicrosecond)
                .ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFF'Z'", CultureInfo.InvariantCulture),
        };
    }
}

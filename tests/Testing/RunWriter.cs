using Pipeline.Contracts;
using Pipeline.Storage;
using Pipeline.Tables;
using Pipeline.Tables.DuckDb;

namespace Pipeline.Testing;

/// <summary>Writes the output of a stage without the stage: the input of the next one, written out in a test.</summary>
public static class RunWriter
{
    /// <summary>Commits tables as the output of a stage, in place of what is there.</summary>
    /// <param name="location">The run's folder.</param>
    /// <param name="stage">The stage whose output it is.</param>
    /// <param name="tables">Each table's data set and parts; a data set of one file has one part.</param>
    public static async Task WriteAsync(string location, StageContract stage, params (DataSet DataSet, IReadOnlyList<ColumnBatch> Parts)[] tables)
    {
        await using StageOutput output = await RunFolder.Open(location).TryBeginStageAsync(stage.Folder, CancellationToken.None)
            ?? throw new InvalidOperationException($"Another process is writing {stage.Folder}.");
        await output.ClearAsync(CancellationToken.None);
        foreach ((DataSet dataSet, IReadOnlyList<ColumnBatch> parts) in tables)
        {
            for (int part = 0; part < parts.Count; part++)
                await WriteAsync(output, dataSet, dataSet.PartPath(part), parts[part]);
        }
        Manifest manifest = new()
        {
            Stage = stage.Name,
            Fingerprint = "written by a test",
            Code = "",
            Options = [],
            Inputs = [],
            Files = [],
            Counters = new Dictionary<string, long>(),
        };
        await output.CommitAsync(manifest, CancellationToken.None);
    }

    private static async Task WriteAsync(StageOutput output, DataSet dataSet, string path, ColumnBatch rows)
    {
        await using PendingObject file = await output.CreateAsync(path, CancellationToken.None);
        await using ITableWriter writer = await new DuckDbTableFormat().CreateAsync(
            file.Path, dataSet.Schema, new Dictionary<string, string>(), CancellationToken.None);
        await writer.WriteAsync(rows, CancellationToken.None);
        await writer.CompleteAsync(CancellationToken.None);
        await output.AddAsync(file, path, dataSet.Schema.Contract, rows.Count, isRandomised: false, CancellationToken.None);
    }
}

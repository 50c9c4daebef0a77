using System.Text.Json;
using NUnit.Framework;
using Pipeline.Contracts;
using Pipeline.Storage;
using Pipeline.Tables;
using Pipeline.Tables.DuckDb;

namespace Pipeline.Testing;

/// <summary>Reads what the stages left in a run.</summary>
public static class RunReader
{
    /// <summary>The rows of a data set, of all parts that the manifest lists, in order.</summary>
    public static IReadOnlyList<TableRow> Read(string run, DataSet dataSet)
    {
        ArgumentNullException.ThrowIfNull(dataSet);
        ManifestFile[] parts = [.. ReadManifest(run, dataSet.Stage).Files.Where(f => f.Contract == dataSet.Schema.Contract)];
        Assert.That(parts, Is.Not.Empty, $"{dataSet.Path} is not in the manifest of {dataSet.Stage}.");
        using DuckDbDatabase database = DuckDbDatabase.OpenInMemory();
        var rows = new List<TableRow>();
        foreach (ManifestFile part in parts)
        {
            string path = Path.Combine(run, dataSet.Stage.Folder, part.Path);
            rows.AddRange(database.Query("SELECT * FROM read_parquet(?)", DuckDbDatabase.FilePattern(path)).Select(row => new TableRow(row)));
        }
        return rows;
    }

    /// <summary>The manifest of a stage that finished.</summary>
    public static Manifest ReadManifest(string run, StageContract stage)
    {
        ArgumentNullException.ThrowIfNull(stage);
        string path = Path.Combine(run, stage.Folder, Manifest.FileName);
        Assert.That(path, Does.Exist);
        return Manifest.TryParse(File.ReadAllBytes(path), path)!;
    }

    /// <summary>Whether a stage finished.</summary>
    public static bool IsFinished(string run, StageContract stage)
    {
        ArgumentNullException.ThrowIfNull(stage);
        return File.Exists(Path.Combine(run, stage.Folder, Manifest.FileName));
    }

    /// <summary>The message that a stage left when it failed.</summary>
    public static string ReadErrorMessage(string run, StageContract stage)
    {
        ArgumentNullException.ThrowIfNull(stage);
        string path = Path.Combine(run, stage.Folder, StageOutput.ErrorFileName);
        Assert.That(path, Does.Exist);
        using JsonDocument json = JsonDocument.Parse(File.ReadAllBytes(path));
        return json.RootElement.GetProperty("message").GetString()!;
    }
}

/// <summary>A row of a data set; values by the column they were written to.</summary>
public sealed class TableRow(DuckDbRow row)
{
    /// <summary>The value as text; null where there is none.</summary>
    public string? Text(Column column) => (string?)row[IndexOf(column)];

    public long Integer(Column column) => row.GetInt64(IndexOf(column));

    public double Number(Column column) => row.GetDouble(IndexOf(column));

    public bool Flag(Column column) => row.GetBoolean(IndexOf(column));

    /// <summary>The moment, in UTC.</summary>
    public DateTime Time(Column column) => row.GetDateTime(IndexOf(column));

    private int IndexOf(Column column)
    {
        ArgumentNullException.ThrowIfNull(column);
        int index = row.Names.ToList().IndexOf(column.Name);
        Assert.That(index, Is.Not.Negative, $"There is no column {column.Name}.");
        return index;
    }
}

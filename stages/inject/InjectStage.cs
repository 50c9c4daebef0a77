using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Logging;
using Pipeline.Contracts;
using Pipeline.Hosting;
using Pipeline.Storage;

namespace Pipeline.Inject;

/// <summary>Recommendations, recipients and products out of the run and into the database, all or nothing.</summary>
internal static class InjectStage
{
    public static readonly StageDefinition<InjectOptions> Definition = new()
    {
        Stage = Stages.Inject,
        Summary = "Puts recommendations, recipients and products into the database in one transaction.",
        Parse = InjectOptions.Parse,
        Run = RunAsync,
        IsInPlace = IsInPlaceAsync,
    };

    private static readonly IReadOnlyList<TargetTable> Tables =
    [
        new("recommendations", Recommendations.DataSet),
        new("recipients", Recipients.DataSet),
        new("products", Catalogue.DataSet),
    ];

    private static async Task RunAsync(InjectOptions options, StageContext stage, CancellationToken cancellation)
    {
        string path = options.DatabaseFor(stage.Run);
        using var target = new DuckDbTarget(path, cancellation);
        target.Begin(Tables);
        foreach (TargetTable table in Tables)
        {
            stage.Progress.Start($"writing {table.Name}", stage.RowsOf(table.DataSet), "rows");
            target.Create(table);
            StageInput input = stage.Input(table.DataSet.Stage);
            long rows = 0;
            foreach (ManifestFile file in input.FilesOf(table.DataSet.Path))
            {
                stage.CheckContract(table.DataSet, file);
                using LocalCopy copy = await input.GetAsync(file, cancellation);
                rows += target.Fill(table, copy.Path);
                stage.Progress.Report(rows);
            }
            if (rows != stage.RowsOf(table.DataSet))
                throw new InvalidOperationException($"{rows} rows arrived in {table.Name}, the manifest has {stage.RowsOf(table.DataSet)}.");
            stage.Counters.Set(table.Name, rows);
        }
        stage.Counters.RowsIn = stage.RowsOf(Recommendations.DataSet);
        stage.Counters.RowsKept = target.Commit(stage.Fingerprint);
        await stage.WriteFileAsync(Receipt.FileName, Receipt.Of(stage).ToJson(), cancellation);
        stage.Log.LogInformation("live in '{database}'", path);
    }

    private static Task<bool> IsInPlaceAsync(InjectOptions options, RunFolder run, Manifest manifest, CancellationToken cancellation) =>
        Task.FromResult(DuckDbTarget.Holds(options.DatabaseFor(run), manifest.Fingerprint));
}

/// <summary>A table of the database and where its rows come from.</summary>
/// <param name="Name">Its name in the database.</param>
/// <param name="DataSet">Its place in the run; the columns are the same.</param>
internal sealed record TargetTable(string Name, DataSet DataSet);

/// <summary>What was put into the database.</summary>
internal sealed record Receipt
{
    /// <summary>The file's name in the stage folder.</summary>
    public const string FileName = "receipt.json";

    /// <summary>The run's mark in the database.</summary>
    public required string Fingerprint { get; init; }

    /// <summary>Rows by table.</summary>
    public required IReadOnlyDictionary<string, long> Rows { get; init; }

    public static Receipt Of(StageContext stage) => new()
    {
        Fingerprint = stage.Fingerprint,
        Rows = new SortedDictionary<string, long>
        {
            ["products"] = stage.RowsOf(Catalogue.DataSet),
            ["recipients"] = stage.RowsOf(Recipients.DataSet),
            ["recommendations"] = stage.RowsOf(Recommendations.DataSet),
        },
    };

    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, ReceiptJson.Default.Receipt);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true, NewLine = "\n")]
[JsonSerializable(typeof(Receipt))]
internal sealed partial class ReceiptJson : JsonSerializerContext;

using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Pipeline.Database;
using Pipeline.Hosting;

namespace Pipeline.Inject;

/// <summary>What was put into the database.</summary>
internal sealed record Receipt
{
    /// <summary>The file's name in the stage folder.</summary>
    public const string FileName = "receipt.json";

    /// <summary>The run's mark in the database.</summary>
    public required string Fingerprint { get; init; }

    /// <summary>Recommendations of the run.</summary>
    public required long RowsIn { get; init; }

    /// <summary>Rows in the database by table.</summary>
    public required SortedDictionary<string, long> Rows { get; init; }

    /// <summary>Recommendations that are not offered any more, by reason.</summary>
    public required SortedDictionary<string, long> Dropped { get; init; }

    /// <summary>Recipients that are not mailed any more, by reason.</summary>
    public required SortedDictionary<string, long> NotMailed { get; init; }

    /// <summary>Checksum of each table's rows in the form of PostgreSQL's binary COPY, whatever their order.</summary>
    public required SortedDictionary<string, string> Checksums { get; init; }

    public static Receipt Parse(string json) => JsonSerializer.Deserialize(json, ReceiptJson.Default.Receipt)!;

    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, ReceiptJson.Default.Receipt);

    public string ToText() => Encoding.UTF8.GetString(ToJson());

    /// <summary>Makes sure that the database still holds what was put into it.</summary>
    /// <exception cref="StageException"><see cref="ExitCode.InputRefused"/>: it does not.</exception>
    public static async Task<Receipt> VerifyAsync(Receipt receipt, StoredRun run, RunStore store, CancellationToken cancellation)
    {
        foreach (LiveTable table in LiveTable.All)
        {
            if (await store.Database.ChecksumAsync(table, run.Id, cancellation) != receipt.Checksums[table.Name])
                throw Differs(table, store);
        }
        return receipt;
    }

    public static StageException Differs(LiveTable table, RunStore store) => new(
        ExitCode.InputRefused, $"The database '{store.Database.Location}' does not hold the rows of {table.Name} that were sent to it.",
        "Find out who else writes there (triggers, other programs); the run was not made live.");

    /// <summary>Puts the figures into the manifest and the log.</summary>
    public void Count(StageContext stage)
    {
        stage.Counters.RowsIn = RowsIn;
        stage.Counters.RowsKept = Rows[LiveTable.Recommendations.Name];
        foreach ((string reason, long rows) in Dropped)
            stage.Counters.Drop(reason, rows);
        foreach ((string table, long rows) in Rows)
            stage.Counters.Set(table, rows);
        foreach ((string reason, long rows) in NotMailed)
            stage.Counters.Set("not_mailed_" + reason, rows);
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true, NewLine = "\n")]
[JsonSerializable(typeof(Receipt))]
internal sealed partial class ReceiptJson : JsonSerializerContext;

using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Pipeline.Storage;

namespace Pipeline.Cli.Erasing;

/// <summary>What was erased and what was kept, for the shop's files and for whoever asks. Holds no address.</summary>
internal sealed record ErasureReceipt
{
    private const int CurrentFormat = 1;

    /// <summary>Stands for an id that may be an address.</summary>
    private const string Withheld = "(withheld, for it may be an address)";

    private static readonly ReceiptJson Readable = new(new JsonSerializerOptions(ReceiptJson.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    /// <summary>Version of this layout.</summary>
    public int Format { get; init; } = CurrentFormat;

    /// <summary>When, UTC.</summary>
    public required DateTimeOffset ErasedAt { get; init; }

    /// <summary>The shop's own ids of the customers.</summary>
    public required IReadOnlyList<string> Customers { get; init; }

    /// <summary>Salts deleted now; fewer than customers where some had none or an earlier attempt came so far.</summary>
    public required int SaltsDeleted { get; init; }

    /// <summary>Encrypted addresses that nobody can read any more.</summary>
    public required long UnreadableAddresses { get; init; }

    /// <summary>Runs that were searched.</summary>
    public required int RunsSearched { get; init; }

    /// <summary>Rows that stay, by run: the customer's id and keyed hashes, until the run is deleted.</summary>
    public required IReadOnlyDictionary<string, long> RowsKept { get; init; }

    /// <summary>What stays on the suppression list with the reason <c>erased</c>, so that nobody is mailed again.</summary>
    public required IReadOnlyList<ErasedMailbox> MailboxesKept { get; init; }

    /// <summary>Ids without those that may be addresses.</summary>
    public static IReadOnlyList<string> Show(IEnumerable<string> customers) =>
        [.. customers.Select(id => id.Contains('@', StringComparison.Ordinal) ? Withheld : id).Order(StringComparer.Ordinal)];

    /// <summary>The receipt for customers who were erased before; null where there is none.</summary>
    /// <param name="folder">The receipts.</param>
    /// <param name="customers">All of them.</param>
    /// <param name="cancellation">Stops the search.</param>
    public static async Task<string?> FindAsync(string folder, IReadOnlyCollection<string> customers, CancellationToken cancellation)
    {
        var store = new LocalObjectStore(folder);
        IReadOnlyList<string> shown = Show(customers);
        foreach (string key in (await store.ListAsync("", cancellation)).Where(key => key.EndsWith(".json", StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            if (TryParse(await store.ReadAsync(key, cancellation)) is { } receipt && shown.All(receipt.Customers.Contains))
                return store.Describe(key);
        }
        return null;
    }

    /// <summary>Writes it under a name of its own.</summary>
    /// <returns>Where it is.</returns>
    public async Task<string> WriteAsync(string folder, CancellationToken cancellation)
    {
        var store = new LocalObjectStore(folder);
        string name = $"erased-{ErasedAt.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture)}", key = name + ".json";
        for (int other = 2; await store.ReadAsync(key, cancellation) is not null; other++)
            key = $"{name}-{other}.json";
        await store.WriteAsync(key, JsonSerializer.SerializeToUtf8Bytes(this, Readable.ErasureReceipt), cancellation);
        return store.Describe(key);
    }

    private static ErasureReceipt? TryParse(byte[]? json)
    {
        try
        {
            return json is null ? null : JsonSerializer.Deserialize(json, ReceiptJson.Default.ErasureReceipt);
        }
        catch (JsonException)
        {
            // Whatever else lies there is no receipt.
            return null;
        }
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true, NewLine = "\n", RespectNullableAnnotations = true)]
[JsonSerializable(typeof(ErasureReceipt))]
internal sealed partial class ReceiptJson : JsonSerializerContext;

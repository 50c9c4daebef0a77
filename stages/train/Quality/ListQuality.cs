using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pipeline.Train;

/// <summary>What the lists of a run come to, and some of them for the next run to compare with. Names no customer.</summary>
internal sealed record ListQuality
{
    /// <summary>The file's name in the stage folder.</summary>
    public const string FileName = "quality.json";

    /// <summary>The version of the file's format.</summary>
    public const string CurrentContract = "list-quality/1";

    /// <summary>Version the file was written in.</summary>
    public required string Contract { get; init; }

    /// <summary>Customers, with or without a list.</summary>
    public required long Customers { get; init; }

    /// <summary>Customers who have not had everything there is to offer.</summary>
    public required long CustomersWithSomethingLeft { get; init; }

    /// <summary>Customers with a list.</summary>
    public required long CustomersWithList { get; init; }

    /// <summary>Rows of all lists.</summary>
    public required long Recommendations { get; init; }

    /// <summary>Rows that the lists could have with what there is to offer.</summary>
    public required long Places { get; init; }

    /// <summary>Products that may get into a list.</summary>
    public required int OfferedItems { get; init; }

    /// <summary>Products that did.</summary>
    public required int RecommendedItems { get; init; }

    /// <summary>Rows of the most recommended products, one in a hundred of those that may get into a list.</summary>
    public required long TopItemRecommendations { get; init; }

    /// <summary>Rows of the steps of the fallback chain that know the customer's segment or category at most.</summary>
    public required long FallbackRecommendations { get; init; }

    /// <summary>Rows by source; sources of none are left out.</summary>
    public required IReadOnlyDictionary<string, long> Sources { get; init; }

    /// <summary>Of the earlier run's lists the share that is in the new ones again, a customer's mean; null where there is none to compare with.</summary>
    public required double? Overlap { get; init; }

    /// <summary>
    /// Products by the first 64 bits of the SHA-256 of the customer's id, of the <see cref="ListFigures.SampleSize"/> customers with the lowest.
    /// </summary>
    public required IReadOnlyDictionary<string, string[]> Sample { get; init; }

    /// <summary>Mean length of the lists there are.</summary>
    [JsonIgnore]
    public double MeanLength => Recommendations / (double)Math.Max(1, CustomersWithList);

    /// <summary>The figures of some lists.</summary>
    public static ListQuality Of(ListFigures figures, ItemTable items, ListQuality? before)
    {
        SortedDictionary<string, string[]> sample = figures.Kept(items);
        return new ListQuality
        {
            Contract = CurrentContract,
            Customers = figures.Customers,
            CustomersWithSomethingLeft = figures.WithSomethingLeft,
            CustomersWithList = figures.WithList,
            Recommendations = figures.Rows,
            Places = figures.Places,
            OfferedItems = figures.ReachableItems,
            RecommendedItems = figures.RecommendedItems,
            TopItemRecommendations = figures.TopRows,
            FallbackRecommendations = figures.FallbackRows,
            Sources = new OrderedDictionary<string, long>(
                ListSources.All.Where(source => figures.RowsOf(source) > 0).Select(source => KeyValuePair.Create(source.Name(), figures.RowsOf(source)))),
            Overlap = before is null || before.Sample.Count == 0 ? null : OverlapOf(before.Sample, sample),
            Sample = sample,
        };
    }

    /// <summary>Reads what <see cref="ToJson"/> wrote; null for anything else, other versions included.</summary>
    public static ListQuality? TryParse(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, ListQualityJson.Default.ListQuality) is { Contract: CurrentContract } quality ? quality : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The file's content.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, ListQualityJson.Default.ListQuality);

    /// <summary>Over the customers in both; 0 where there is no such customer.</summary>
    private static double OverlapOf(IReadOnlyDictionary<string, string[]> before, SortedDictionary<string, string[]> now)
    {
        double[] shares = [.. before.Where(list => now.ContainsKey(list.Key)).OrderBy(list => list.Key, StringComparer.Ordinal)
            .Select(list => list.Value.Intersect(now[list.Key]).Count() / (double)list.Value.Length)];
        return shares.DefaultIfEmpty(0).Average();
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, NewLine = "\n", RespectNullableAnnotations = true)]
[JsonSerializable(typeof(ListQuality))]
internal sealed partial class ListQualityJson : JsonSerializerContext;

using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Unicode;

namespace Pipeline.Cli.Report;

/// <summary>How a chart is drawn.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ChartKind>))]
internal enum ChartKind
{
    /// <summary>Bars from the bottom.</summary>
    Columns,

    /// <summary>Bars from the left.</summary>
    Bars,

    /// <summary>Points joined by lines.</summary>
    Lines,

    /// <summary>A point with its interval as a bar, from the left.</summary>
    Intervals,
}

/// <summary>Numbers of one colour.</summary>
/// <param name="Name">What they are.</param>
/// <param name="Values">One for each label; null for none.</param>
internal sealed record ChartSeries(string Name, IReadOnlyList<double?> Values)
{
    /// <summary>Lower ends of intervals.</summary>
    public IReadOnlyList<double?>? Low { get; init; }

    /// <summary>Upper ends.</summary>
    public IReadOnlyList<double?>? High { get; init; }

    /// <summary>Whether the points of a line stand alone.</summary>
    public bool IsDots { get; init; }
}

/// <summary>A chart: what the script in the page makes a drawing of, with the numbers as a table below it.</summary>
/// <param name="Kind">How it is drawn.</param>
/// <param name="Title">Its headline.</param>
/// <param name="Labels">What the numbers are of.</param>
/// <param name="Series">The numbers.</param>
internal sealed record Chart(ChartKind Kind, string Title, IReadOnlyList<string> Labels, params IReadOnlyList<ChartSeries> Series)
{
    private static readonly ChartJson Json = new(new JsonSerializerOptions(ChartJson.Default.Options) { Encoder = JavaScriptEncoder.Create(UnicodeRanges.All) });

    /// <summary>Whether the series of a label stand on each other.</summary>
    public bool IsStacked { get; init; }

    /// <summary>Whether the numbers are shares of 1, to be shown as percentages.</summary>
    public bool IsShare { get; init; }

    /// <summary>What the numbers are, beside their axis; null where the title says it.</summary>
    public string? Unit { get; init; }

    /// <summary>The chart with the table.</summary>
    /// <param name="says">In a sentence, what is to be seen.</param>
    /// <param name="numbers">The same numbers.</param>
    public Html ToHtml(string says, DataTable numbers) => Html.Of(
        $"""
        <figure><figcaption><h3>{Title}</h3><p>{says}</p></figcaption>
        <div class="chart"><canvas role="img" aria-label="{Title}. {says} The numbers are in the table below." data-chart="{JsonSerializer.Serialize(this, Json.Chart)}"></canvas></div>
        <details><summary>The numbers</summary>{numbers.ToHtml()}</details></figure>

        """);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
[JsonSerializable(typeof(Chart))]
internal sealed partial class ChartJson : JsonSerializerContext;

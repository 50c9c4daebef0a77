using System.Globalization;
using Pipeline.Models;

namespace Pipeline.Cli.Evaluate;

/// <summary>A model as people name it: <c>popular</c>, <c>knn-cosine:neighbours=50</c>, <c>sar:similarity=lift:half-life-days=7</c>.</summary>
/// <param name="Text">As it was typed: its name in tables.</param>
/// <param name="Kind">The kind of model.</param>
/// <param name="Sar">Settings, where it is SAR.</param>
/// <param name="Neighbours">Nearest items kept, where it is item-kNN.</param>
internal sealed record ModelSpec(string Text, string Kind, SarSettings Sar, int Neighbours)
{
    /// <summary>What everything is measured against.</summary>
    public const string Popular = "popular";

    /// <summary>What models are compared where nothing else is said.</summary>
    public const string Defaults = "random,popular,popular-in-segment,knn-cosine,knn-tfidf,sar";

    /// <summary>The model that knows how a generated shop was made.</summary>
    public const string Truth = "truth";

    private static readonly string[] Kinds = [Popular, "popular-in-segment", "knn-cosine", "knn-tfidf", "random", "sar", Truth];

    /// <summary>Reads a list of models with commas between them.</summary>
    /// <exception cref="FormatException">One of them is none, or stands there twice; the message is a sentence.</exception>
    public static IReadOnlyList<ModelSpec> ParseAll(string text)
    {
        ModelSpec[] models = [.. text.Split(',', StringSplitOptions.TrimEntries).Select(Parse)];
        if (models.CountBy(m => m.Text).FirstOrDefault(m => m.Value > 1).Key is { } twice)
            throw new FormatException($"'{twice}' stands there twice.");
        return models;
    }

    private static ModelSpec Parse(string text)
    {
        string[] parts = text.Split(':');
        if (!Kinds.Contains(parts[0]))
            throw new FormatException($"'{parts[0]}' is no model: those are {string.Join(", ", Kinds)}.");
        var spec = new ModelSpec(text, parts[0], new SarSettings(), 100);
        foreach (string part in parts[1..])
        {
            int sign = part.IndexOf('=', StringComparison.Ordinal);
            if (sign < 0)
                throw new FormatException($"'{part}' of '{text}' must be a setting and its value, as in similarity=lift.");
            spec = spec.With(part[..sign], part[(sign + 1)..]);
        }
        return spec;
    }

    /// <summary>The recommender.</summary>
    /// <param name="seed">For what is drawn.</param>
    /// <param name="memory">Most memory it may take; null for no limit.</param>
    /// <param name="segmentOf">Each user's segment.</param>
    /// <param name="truth">The model that knows the truth, where there is one.</param>
    public IRecommender ToRecommender(long seed, long? memory, int[] segmentOf, IRecommender? truth) => Kind switch
    {
        Popular => new PopularRecommender(),
        "popular-in-segment" => new PopularRecommender(segmentOf),
        "knn-cosine" => new ItemKnnRecommender(KnnWeighting.Cosine, Neighbours),
        "knn-tfidf" => new ItemKnnRecommender(KnnWeighting.TfIdf, Neighbours),
        "random" => new RandomRecommender(seed),
        Truth => truth ?? throw new InvalidOperationException("The truth was not read."),
        _ => Sar.ToRecommender(Text, memory, segmentOf),
    };

    private ModelSpec With(string name, string value) => Kind switch
    {
        "sar" => this with { Sar = Sar.With(name, value) },
        "knn-cosine" or "knn-tfidf" when name == "neighbours" =>
            int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int count) && count > 0
                ? this with { Neighbours = count } : throw new FormatException($"neighbours '{value}' must be a whole number, at least 1."),
        _ => throw new FormatException($"'{name}' is no setting of {Kind}."),
    };
}

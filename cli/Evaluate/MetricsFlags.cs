using System.CommandLine;
using System.Globalization;
using Pipeline.Cli.Sar;
using Pipeline.Evaluation;
using Pipeline.Records;

namespace Pipeline.Cli.Evaluate;

/// <summary>The flags of <c>pipeline metrics</c> and how they become a request.</summary>
internal sealed class MetricsFlags
{
    private readonly Option<string?> truth = Value("--truth", "FILE", "What came true: user, item and, if there are, rating and revenue. CSV or JSON lines (also gzip) or Parquet. Required.");
    private readonly Option<string?> predictions = Value("--predictions", "FILE", "The lists: user, item, prediction; the highest prediction comes first. Required.");
    private readonly Option<string?> train = Value("--train", "FILE", "What the lists were made from: user, item and, for the age of items, timestamp. Without it coverage, novelty and the like are not defined.");
    private readonly Option<string?> prices = Value("--prices", "FILE", "Prices for the average price: item, price.");
    private readonly Option<string?> segments = Value("--segments", "FILE", "Segments of users to look at apart: user, segment.");
    private readonly Option<string?> k = Value("--k", "N,N", "Lengths to cut the lists to. Default: 10.");
    private readonly Option<string?> users = Value("--users", "WHICH", "Whom means are taken over: common (with held-out items and a list) or truth (with held-out items). Default: common.");
    private readonly Option<string?> resamples = Value("--resamples", "N", "Bootstrap resamples behind each interval; 0 for no intervals. Default: 1000.");
    private readonly Option<string?> seed = Value("--seed", "N", "Seed of the resamples. Default: 1.");
    private readonly Option<string?> output = Value("--output", "FORM", "table, json or csv, on stdout. Default: table.");
    private readonly Option<string?> user = Value("--user", "HEADER", "The column of users in all files. Default: user.");
    private readonly Option<string?> item = Value("--item", "HEADER", "The column of items in all files. Default: item.");
    private readonly Option<string?> rating = Value("--rating", "HEADER", "The column of ratings. Default: rating, if there is one; else each is 1.");
    private readonly Option<string?> revenue = Value("--revenue", "HEADER", "The column of revenue. Default: revenue, if there is one.");
    private readonly Option<string?> prediction = Value("--prediction", "HEADER", "The column of predictions. Default: prediction.");
    private readonly Option<string?> rank = Value("--rank", "HEADER", "In place of --prediction: a column of ranks, the lowest comes first.");
    private readonly Option<string?> time = Value("--time", "HEADER", "The column of times in --train. Default: timestamp, if there is one.");
    private readonly Option<string?> delimiter = Value("--delimiter", "CHARACTER", "What stands between the fields of CSV files; \\t for a tabulator. Default: ,");
    private readonly Option<string?> threads = Value("--threads", "N", "Most threads; changes speed only. Default: one per processor.");

    /// <summary>All flags, in the order of the help.</summary>
    public IReadOnlyList<Option> All =>
    [
        truth, predictions, train, prices, segments, k, users, resamples, seed, output, user, item, rating, revenue, prediction, rank, time, delimiter, threads,
    ];

    /// <summary>Reads what was typed.</summary>
    /// <exception cref="Hosting.StageException">Something is wrong; the message says everything that is.</exception>
    public MetricsRequest Read(ParseResult parsed)
    {
        var values = new FlagValues(parsed, "metrics");
        values.Require(truth, predictions);
        var request = new MetricsRequest
        {
            Truth = values.InputFile(truth) ?? "",
            Predictions = values.InputFile(predictions) ?? "",
            Training = values.InputFile(train),
            Prices = values.InputFile(prices),
            Segments = values.InputFile(segments),
            Names = new PairNames(
                values.Text(user) ?? "user", values.Text(item) ?? "item", new RecordSettings { Delimiter = values.Character(delimiter, ',') },
                "user, --item, --rating, --revenue, --prediction, --rank or --time"),
            Rating = (values.Text(rating) ?? "rating", values.IsGiven(rating)),
            Revenue = (values.Text(revenue) ?? "revenue", values.IsGiven(revenue)),
            Time = (values.Text(time) ?? "timestamp", values.IsGiven(time)),
            Order = values.Text(rank) is { } ranks ? (ranks, true) : (values.Text(prediction) ?? "prediction", false),
            Output = values.Choice(output, FigureFormat.Table),
            Options = new EvaluationOptions
            {
                Ks = ReadLengths(values, k),
                Population = values.Choice(users, Who.Common) == Who.Common ? Population.CommonUsers : Population.TruthUsers,
                Resamples = values.Whole(resamples, 1000, min: 0)!.Value,
                Seed = values.Whole(seed, 1, min: 0)!.Value,
                Threads = values.Whole(threads, 0)!.Value,
            },
        };
        if (values.IsGiven(rank) && values.IsGiven(prediction))
            values.Mistake("--rank and --prediction do not go together: leave one out.");
        if (values.IsGiven(time) && !values.IsGiven(train))
            values.Mistake("--time counts only with --train: add that, or leave --time out.");
        values.Check();
        return request;
    }

    /// <summary>Lengths with commas between them, each once.</summary>
    internal static IReadOnlyList<int> ReadLengths(FlagValues values, Option<string?> option)
    {
        const int longest = 10_000;
        if (values.Text(option) is not { } text)
            return [10];
        var lengths = new List<int>();
        foreach (string part in text.Split(','))
        {
            if (int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out int length) && length is >= 1 and <= longest && !lengths.Contains(length))
                lengths.Add(length);
            else
            {
                values.Mistake($"{option.Name} '{text}' must be whole numbers from 1 to {longest} with commas between them, each once.");
                return [10];
            }
        }
        return lengths;
    }

    /// <summary>A flag whose text is read, and judged, by <see cref="FlagValues"/>.</summary>
    internal static Option<string?> Value(string name, string value, string help) =>
        new(name) { HelpName = value, Description = help, Arity = ArgumentArity.ZeroOrOne };

    private enum Who
    {
        Common,
        Truth,
    }
}

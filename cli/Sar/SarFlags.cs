using System.CommandLine;
using Pipeline.Records;
using Pipeline.Sar;

namespace Pipeline.Cli.Sar;

/// <summary>The flags of <c>pipeline sar</c> and how they become a request.</summary>
internal sealed class SarFlags
{
    private readonly Option<string?> interactions = Value("--interactions", "FILE", "The interactions: CSV or JSON lines (also gzip) or Parquet. Required.");
    private readonly Option<string?> user = Value("--user", "HEADER", "The column that names the user. Required.");
    private readonly Option<string?> item = Value("--item", "HEADER", "The column that names the item. Required.");
    private readonly Option<string?> weight = Value("--weight", "HEADER", "The column of weights; without it every interaction weighs 1.");
    private readonly Option<string?> time = Value("--time", "HEADER", "The column of times, seconds since 1970 or ISO 8601. Required unless --no-decay.");
    private readonly Option<string?> basket =
        Value("--basket", "HEADER", "The column that names the basket, for --co-occurrence basket; an empty cell: what the user did at the same time.");
    private readonly Option<string?> delimiter = Value("--delimiter", "CHARACTER", "What stands between the fields of CSV files read; \\t for a tabulator. Default: ,");
    private readonly Option<string?> quote =
        Value("--quote", "CHARACTER", "What stands around fields of CSV files read that hold a delimiter; none: quotes are text. Default: \"");
    private readonly Option<string?> similarity =
        Value("--similarity", "KIND", $"One of {string.Join(", ", Enum.GetNames<SimilarityKind>().Select(n => n.ToLowerInvariant()))}. Default: jaccard.");
    private readonly Option<string?> coOccurrence =
        Value("--co-occurrence", "UNIT", "Within what two items must meet: user, or basket (the column --basket, else user and time). Default: user.");
    private readonly Option<string?> minSupport = Value("--min-support", "N", "Fewest users (or baskets) that two items must share. Default: 1.");
    private readonly Option<string?> halfLife = Value("--half-life-days", "DAYS", "Days after which a weight counts half. Default: 30.");
    private readonly Option<bool> noDecay = new("--no-decay") { Description = "Weights keep their full value whatever their age." };
    private readonly Option<string?> referenceTime = Value("--reference-time", "TIME", "The moment ages are measured from. Default: the newest interaction.");
    private readonly Option<string?> topK = Value("--top-k", "N", "Longest list. Default: 10.");
    private readonly Option<bool> includeSeen = new("--include-seen") { Description = "Recommend what the user already has, too." };
    private readonly Option<string?> fill = Value(
        "--fill", "KIND", "What lists that are too short end with: none, zero (what has nothing in common with the history, at score 0) or popular (without a score). Default: none.");
    private readonly Option<bool> normalize = new("--normalize") { Description = "Put the scores on the scale of the affinities." };
    private readonly Option<string?> neighbours = Value("--neighbours", "N", "Most similar items kept for each item; 0 for all, which is exact. Default: 0.");
    private readonly Option<string?> memory =
        Value("--memory", "SIZE", "Most memory to take, for example 4GB; more passes are made to keep it. Changes speed only. Default: no limit.");
    private readonly Option<string?> threads = Value("--threads", "N", "Most threads; changes speed only. Default: one per processor.");
    private readonly Option<string?> users = Value("--users", "FILE", "Lists only for the users in the column 'user' of this file.");
    private readonly Option<string?> seeds =
        Value("--seeds", "FILE", "Instead of users' lists: lists for sets of items, from the columns seed_set, item and weight of this file.");
    private readonly Option<string?> similarUsers =
        Value("--similar-users", "FILE", "Instead of users' lists: the users most similar to those in the column 'user' of this file.");
    private readonly Option<string?> popular = Value("--popular", "N", "Instead of users' lists: the N items that most users have.");
    private readonly Option<string?> output = Value("--output", "FILE", "Where the lists go: .csv or .parquet. Required.");
    private readonly Option<string?> similarityOutput = Value("--similarity-output", "FILE", "Also writes the similarities that are not 0: .csv or .parquet.");
    private readonly Option<string?> affinityOutput = Value("--affinity-output", "FILE", "Also writes the affinities: .csv or .parquet.");

    /// <summary>All flags, in the order of the help.</summary>
    public IReadOnlyList<Option> All =>
    [
        interactions, user, item, weight, time, basket, delimiter, quote, similarity, coOccurrence, minSupport, halfLife, noDecay,
        referenceTime, topK, includeSeen, fill, normalize, neighbours, memory, threads, users, seeds, similarUsers, popular, output, similarityOutput, affinityOutput,
    ];

    /// <summary>Reads what was typed.</summary>
    /// <exception cref="Hosting.StageException">Something is wrong; the message says everything that is.</exception>
    public SarRequest Read(ParseResult parsed)
    {
        var values = new FlagValues(parsed, "sar");
        values.Require(interactions, user, item, output);
        Fill chosenFill = values.Choice(fill, Fill.None);
        var request = new SarRequest
        {
            Interactions = values.InputFile(interactions) ?? "",
            UserColumn = values.Text(user) ?? "",
            ItemColumn = values.Text(item) ?? "",
            WeightColumn = values.Text(weight),
            TimeColumn = values.Text(time),
            BasketColumn = values.Text(basket),
            Files = ReadFiles(values),
            Model = ReadModel(values, parsed),
            ReferenceTime = parsed.GetValue(referenceTime),
            Lists = new RecommendOptions
            {
                K = values.Whole(topK, 10)!.Value,
                IncludeSeen = parsed.GetValue(includeSeen),
                ZeroScores = chosenFill == Fill.Zero,
                Normalize = parsed.GetValue(normalize),
            },
            FillWithPopular = chosenFill == Fill.Popular,
            Threads = values.Whole(threads, 0)!.Value,
            Users = values.InputFile(users),
            Seeds = values.InputFile(seeds),
            SimilarUsers = values.InputFile(similarUsers),
            Popular = values.Whole(popular, null),
            Output = values.OutputFile(output) ?? "",
            SimilarityOutput = values.OutputFile(similarityOutput),
            AffinityOutput = values.OutputFile(affinityOutput),
        };
        CheckTogether(values, request);
        values.Check();
        return request;
    }

    private RecordSettings ReadFiles(FlagValues values)
    {
        char between = values.Character(delimiter, ',');
        return new RecordSettings { Delimiter = between, Quote = values.Quote(quote, between) };
    }

    /// <summary>What the model is told: a further option of the engine is read here and nowhere else.</summary>
    private SarOptions ReadModel(FlagValues values, ParseResult parsed)
    {
        double days = values.Positive(halfLife, 30);
        return new SarOptions
        {
            Similarity = values.Choice(similarity, SimilarityKind.Jaccard),
            CoOccurrenceUnit = values.Choice(coOccurrence, CoOccurrenceUnit.User),
            MinSupport = values.Whole(minSupport, 1)!.Value,
            HalfLifeDays = parsed.GetValue(noDecay) ? null : days,
            ReferenceTime = values.Time(referenceTime),
            Neighbours = values.Whole(neighbours, 0, min: 0)!.Value,
            MemoryBudget = values.Size(memory),
        };
    }

    private void CheckTogether(FlagValues values, SarRequest request)
    {
        if (request.Model.HalfLifeDays is not null && !values.IsGiven(time))
            values.Mistake("--time is missing: name the column of times, or give --no-decay.");
        bool areBaskets = request.Model.CoOccurrenceUnit == CoOccurrenceUnit.Basket;
        if (areBaskets && !values.IsGiven(basket) && !values.IsGiven(time))
            values.Mistake("--co-occurrence basket cannot tell baskets: name the column of baskets with --basket, or that of times with --time.");
        if (!areBaskets && values.IsGiven(basket))
            values.Mistake("--basket counts only with --co-occurrence basket: add that, or leave --basket out.");
        Excludes(noDecay, halfLife, referenceTime);
        Excludes(seeds, similarUsers, popular, users, includeSeen, normalize);
        Excludes(similarUsers, popular, users, includeSeen, normalize, fill);
        Excludes(popular, users, includeSeen, normalize, fill, topK);

        (Option Option, string? Path)[] written =
            [(output, request.Output), (similarityOutput, request.SimilarityOutput), (affinityOutput, request.AffinityOutput)];
        (Option Option, string? Path)[] files =
            [.. written, (interactions, request.Interactions), (users, request.Users), (seeds, request.Seeds), (similarUsers, request.SimilarUsers)];
        for (int n = 0; n < written.Length; n++)
            foreach ((Option other, string? path) in files[(n + 1)..])
                if (!string.IsNullOrEmpty(path) && !string.IsNullOrEmpty(written[n].Path) && Path.GetFullPath(path) == Path.GetFullPath(written[n].Path!))
                    values.Mistake($"{written[n].Option.Name} and {other.Name} name the same file.");

        void Excludes(Option option, params Option[] others)
        {
            foreach (Option other in others.Where(o => values.IsGiven(option) && values.IsGiven(o)))
                values.Mistake($"{option.Name} and {other.Name} do not go together: leave one out.");
        }
    }

    /// <summary>What lists that are too short end with.</summary>
    private enum Fill
    {
        None,
        Zero,
        Popular,
    }

    /// <summary>A flag whose text is read, and judged, by <see cref="FlagValues"/>.</summary>
    private static Option<string?> Value(string name, string value, string help) =>
        new(name) { HelpName = value, Description = help, Arity = ArgumentArity.ZeroOrOne };
}

using System.CommandLine;
using System.Globalization;
using Pipeline.Cli.Sar;
using Pipeline.Records;
using Pipeline.Sar;

namespace Pipeline.Cli.Evaluate;

/// <summary>The flags that say how files of interactions are written, the same for <c>evaluate</c> and <c>tune</c>.</summary>
internal sealed class InteractionFlags
{
    private readonly Option<string?> user = MetricsFlags.Value("--user", "HEADER", "The column of users. Default: user.");
    private readonly Option<string?> item = MetricsFlags.Value("--item", "HEADER", "The column of items. Default: item.");
    private readonly Option<string?> time = MetricsFlags.Value("--time", "HEADER", "The column of times, seconds since 1970 or ISO 8601. Default: timestamp.");
    private readonly Option<string?> weight = MetricsFlags.Value("--weight", "HEADER", "The column of weights. Default: every interaction weighs 1.");
    private readonly Option<string?> eventColumn = MetricsFlags.Value("--event", "HEADER", "The column of events, for --event-weights. Default: event.");
    private readonly Option<string?> eventWeights =
        MetricsFlags.Value("--event-weights", "EVENT=WEIGHT,...", "In place of --weight: what each event weighs; other events are left out. For example view=1,cart=3,purchase=4.");
    private readonly Option<string?> delimiter = MetricsFlags.Value("--delimiter", "CHARACTER", "What stands between the fields of CSV files; \\t for a tabulator. Default: ,");

    /// <summary>All flags, in the order of the help.</summary>
    public IReadOnlyList<Option> All => [user, item, time, weight, eventColumn, eventWeights, delimiter];

    /// <summary>Reads what was typed.</summary>
    public InteractionFiles Read(FlagValues values)
    {
        if (values.IsGiven(weight) && values.IsGiven(eventWeights))
            values.Mistake("--weight and --event-weights do not go together: leave one out.");
        if (values.IsGiven(eventColumn) && !values.IsGiven(eventWeights))
            values.Mistake("--event counts only with --event-weights: add that, or leave --event out.");
        return new InteractionFiles(
            new PairNames(
                values.Text(user) ?? "user", values.Text(item) ?? "item", new RecordSettings { Delimiter = values.Character(delimiter, ',') },
                "user, --item, --time, --weight or --event"),
            values.Text(time) ?? "timestamp", values.Text(weight),
            values.Text(eventColumn) ?? "event", values.Text(eventWeights) is { } text ? ReadEvents(values, text) : null);
    }

    private static Dictionary<string, double> ReadEvents(FlagValues values, string text)
    {
        var weights = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (string part in text.Split(','))
        {
            string[] sides = part.Split('=');
            bool isWeight = sides.Length == 2 && double.TryParse(sides[1], NumberStyles.Float, CultureInfo.InvariantCulture, out double weight)
                && weight >= 0 && weight <= Interactions.MaxWeight && weights.TryAdd(sides[0], weight);
            if (!isWeight)
                values.Mistake($"--event-weights '{part}' must be an event and a weight of 0 or more, each event once, as in purchase=4.");
        }
        return weights;
    }
}

/// <summary>How files of interactions are written.</summary>
/// <param name="Names">Headers of the ids.</param>
/// <param name="Time">Header of the times.</param>
/// <param name="Weight">Header of the weights; null: each weighs 1.</param>
/// <param name="Event">Header of the events.</param>
/// <param name="EventWeights">What events weigh; null: events play no part.</param>
internal sealed record InteractionFiles(PairNames Names, string Time, string? Weight, string Event, IReadOnlyDictionary<string, double>? EventWeights)
{
    private const int TimeColumn = 0, WeightColumn = 1;

    /// <summary>Reads files; their ids are numbered once all files of the command are read.</summary>
    /// <exception cref="Hosting.StageException">A record cannot be read.</exception>
    public PairFile Read(string text, IdSpace ids, CancellationToken cancellation)
    {
        List<ValueColumn> columns = [new("time", Time, true, IsTime: true)];
        if (Weight is not null)
            columns.Add(new("weight", Weight, true, -Interactions.MaxWeight));
        if (EventWeights is not null)
            columns.Add(new("event", Event, true, Words: EventWeights));
        return PairFile.Read([.. RecordFiles.Find(text).Files.Select(f => f.Path)], Names, columns, ids, refusesRepeats: false, cancellation);
    }

    /// <summary>The interactions of files that were read.</summary>
    public Interactions ToInteractions(PairFile file, IdSpace ids)
    {
        int[] users = ids.UsersOf(file), items = ids.ItemsOf(file);
        long[] times = file.Times(TimeColumn).ToArray();
        double[] weights = new double[users.Length];
        Array.Fill(weights, 1);
        if (Weight is not null || EventWeights is not null)
            file.Numbers(WeightColumn).CopyTo(weights);
        return new Interactions(ids.Users.Count, ids.Items.Count, users, items, weights, times);
    }
}

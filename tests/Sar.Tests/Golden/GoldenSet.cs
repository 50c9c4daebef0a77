namespace Pipeline.Sar.Tests.Golden;

/// <summary>A golden table of interactions, its ids numbered by first appearance as the reference does, and models of it.</summary>
internal sealed class GoldenSet
{
    private const long MicrosecondsPerSecond = 1_000_000;

    private readonly List<GoldenRow> rows;
    private readonly string weightColumn;
    private readonly Dictionary<(SimilarityKind, int, string), SarModel> models = [];

    public GoldenSet(string file, string weightColumn = "weight")
    {
        rows = GoldenFiles.Read(file);
        this.weightColumn = weightColumn;
        UserIds = [.. rows.Select(row => row["user"]).Distinct()];
        ItemIds = [.. rows.Select(row => row["item"]).Distinct()];
        Users = UserIds.Index().ToDictionary(id => id.Item, id => id.Index);
        Items = ItemIds.Index().ToDictionary(id => id.Item, id => id.Index);
    }

    public string[] UserIds { get; }

    public string[] ItemIds { get; }

    public Dictionary<string, int> Users { get; }

    public Dictionary<string, int> Items { get; }

    /// <summary>
    /// A model in one of the golden modes: off_sum, off_last (only the newest row of a pair), hl and the half-life in days; the latter
    /// with the reference time moved where the name says so.
    /// </summary>
    public SarModel Model(SimilarityKind kind, int support, string mode)
    {
        if (models.TryGetValue((kind, support, mode), out SarModel? model))
            return model;
        long newest = rows.Max(Time);
        SarOptions decay = mode switch
        {
            "off_sum" or "off_last" => new SarOptions { HalfLifeDays = null },
            "hl1" => new SarOptions { HalfLifeDays = 1 },
            "hl30" => new SarOptions(),
            "hl30_now_plus10d" => new SarOptions { ReferenceTime = newest + 10 * Cases.Day },
            "hl30_now_minus20d" => new SarOptions { ReferenceTime = newest - 20 * Cases.Day },
            "hl30_60days_later" => new SarOptions { ReferenceTime = newest + 60 * Cases.Day },
            _ => throw new ArgumentException($"No golden mode is called {mode}."),
        };
        IEnumerable<GoldenRow> used = mode == "off_last"
            ? rows.GroupBy(row => (row["user"], row["item"])).Select(pair => pair.MaxBy(Time)!)
            : rows;
        Event[] events = [.. used.Select(row => new Event(Users[row["user"]], Items[row["item"]], row.Double(weightColumn), Time(row)))];
        SarOptions options = decay with { Similarity = kind, MinSupport = support };
        return models[(kind, support, mode)] = SarModel.Fit(Cases.Of(UserIds.Length, ItemIds.Length, events), options);
    }

    private static long Time(GoldenRow row) => (long)row.Double("timestamp") * MicrosecondsPerSecond;
}

using System.Globalization;
using System.Text.RegularExpressions;

namespace Pipeline.Transform.Tests;

/// <summary>The stage's rules once more, as they stand in its README, by lists and queries without a thought for speed.</summary>
internal sealed class NaiveTransform
{
    private readonly Dictionary<string, string> options = [];
    private readonly Dictionary<string, double> weights = new() { ["view"] = 1, ["cart"] = 3, ["purchase"] = 4 };
    private readonly SortedDictionary<string, long> dropped = new(StringComparer.Ordinal);

    public NaiveTransform(IReadOnlyList<Line> lines, string[] arguments)
    {
        foreach (string[] pair in arguments.Chunk(2))
            options[pair[0]] = pair[1];
        if (options.TryGetValue("--event-weights", out string? told))
            weights = told.Split(',').Select(w => w.Split('=')).ToDictionary(w => w[0], w => double.Parse(w[1], CultureInfo.InvariantCulture));

        string? excluded = options.GetValueOrDefault("--exclude-users");
        List<Line> left = Without("excluded_user", lines, line => excluded is not null && Regex.IsMatch(line.User, excluded));
        bool undoes = WeightOf("return") == 0 && WeightOf("purchase") > 0;
        left = Without("event_without_weight", left, line => WeightOf(line.Event) == 0 && !(undoes && line.Event == "return"));
        string? split = Split(left);
        if (options.GetValueOrDefault("--duplicates") != "keep")
            left = Less("duplicate", left, [.. left.Distinct()]);
        List<Row> rows = Less("summed_line", left, Summed(left, split));
        int max = int.Parse(options.GetValueOrDefault("--max-daily-interactions", "0"), CultureInfo.InvariantCulture);
        string[] robots = max == 0 ? [] : [.. rows.Where(row => !row.IsHeldOut).GroupBy(row => (row.User, Day: row.Time[..10])).Where(day => day.Count() > max).Select(day => day.Key.User)];
        rows = Without("robot", rows, row => robots.Contains(row.User));
        if (undoes)
            rows = [.. rows.GroupBy(row => (row.User, row.Item, row.IsHeldOut)).SelectMany(Matched)];
        Number(rows);

        List<Row> past = [.. rows.Where(row => !row.IsHeldOut)], future = [.. rows.Where(row => row.IsHeldOut)];
        int minItems = int.Parse(options.GetValueOrDefault("--min-user-items", "1"), CultureInfo.InvariantCulture);
        int minUsers = int.Parse(options.GetValueOrDefault("--min-item-users", "1"), CultureInfo.InvariantCulture);
        for (int before = -1; before != past.Count;)
        {
            before = past.Count;
            past = Without("user_with_few_items", past, Below(past, row => row.User, row => row.Item, minItems));
            past = Without("item_with_few_users", past, Below(past, row => row.Item, row => row.User, minUsers));
        }
        string[] users = [.. past.Select(row => row.User).Distinct().Order(StringComparer.Ordinal)];
        string[] items = [.. past.Select(row => row.Item).Distinct().Order(StringComparer.Ordinal)];
        future = Without("held_out_cold", future, row => !users.Contains(row.User) || !items.Contains(row.Item));
        if (split is not null)
            Without("held_out", future, _ => true);

        Interactions = Written(past, users, items);
        HeldOut = split is null ? null : Written(future, users, items);
        Users = [.. past.GroupBy(row => row.User).OrderBy(u => u.Key, StringComparer.Ordinal).Select(u => $"{u.Key}|{u.Count()}|{u.Select(row => row.Item).Distinct().Count()}|{Money(u)}")];
        Items = [.. past.GroupBy(row => row.Item).OrderBy(i => i.Key, StringComparer.Ordinal).Select(i => $"{i.Key}|{i.Select(row => row.User).Distinct().Count()}|{i.Count()}|{i.Count(row => row.Event == "purchase")}|{Money(i)}")];
        Counters = [$"rows_in={lines.Count}", $"rows_kept={past.Count}", .. dropped.Select(d => $"dropped_{d.Key}={d.Value}")];
    }

    public string[] Interactions { get; }

    public string[]? HeldOut { get; }

    public string[] Users { get; }

    public string[] Items { get; }

    public string[] Counters { get; }

    private double WeightOf(string happened) => weights.GetValueOrDefault(happened);

    private string? Split(List<Line> lines)
    {
        if (options.TryGetValue("--holdout-after", out string? after))
            return after;
        return options.TryGetValue("--holdout-last", out string? last)
            ? lines.Where(line => WeightOf(line.Event) > 0).Max(line => DateTimeOffset.Parse(line.Time, CultureInfo.InvariantCulture))
                .AddHours(-int.Parse(last.TrimEnd('h'), CultureInfo.InvariantCulture)).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)
            : null;
    }

    private static List<Row> Summed(List<Line> lines, string? split) =>
    [
        .. lines.GroupBy(line => (line.User, line.Item, line.Event, line.Basket, Moment: line.Basket is null ? line.Time : "", IsHeldOut: string.CompareOrdinal(line.Time, split ?? "9") > 0))
            .Select(g => new Row(g.Key.User, g.Key.Item, g.Key.Event, g.Key.Basket, g.Key.IsHeldOut, g.Min(line => line.Time)!)
            {
                Pieces = g.Sum(line => Math.Abs(line.Quantity ?? 1)), Money = g.Sum(line => line.Revenue ?? 0),
            }),
    ];

    private IEnumerable<Row> Matched(IEnumerable<Row> pair)
    {
        List<Row> rows = [.. pair.OrderBy(row => row.Time, StringComparer.Ordinal).ThenBy(row => row.Event == "return").ThenBy(row => row.Basket, StringComparer.Ordinal)];
        Dictionary<Row, double> bought = rows.ToDictionary(row => row, row => row.Pieces);
        foreach (Row back in rows.Where(row => row.Event == "return"))
        {
            double pieces = back.Pieces;
            foreach (Row purchase in rows[..rows.IndexOf(back)].Where(row => row.Event == "purchase" && row.Pieces > 0).Reverse())
            {
                double taken = Math.Min(pieces, purchase.Pieces);
                (pieces, purchase.Pieces) = (pieces - taken, purchase.Pieces - taken);
                back.TookSomething |= taken > 0;
            }
        }
        foreach (Row purchase in rows.Where(row => row.Event == "purchase"))
            purchase.Money *= purchase.Pieces / bought[purchase];
        rows = Without("return", rows, row => row.Event == "return" && row.TookSomething);
        rows = Without("return_without_purchase", rows, row => row.Event == "return");
        return Without("returned_purchase", rows, row => row.Event == "purchase" && row.Pieces == 0);
    }

    private static void Number(List<Row> rows)
    {
        foreach (IGrouping<string, Row> user in rows.GroupBy(row => row.User))
        {
            string[] baskets =
            [
                .. user.Where(row => row.Basket is not null).GroupBy(row => row.Basket!)
                    .OrderBy(b => b.Min(row => row.Time), StringComparer.Ordinal).ThenBy(b => b.Key, StringComparer.Ordinal).Select(b => b.Key),
            ];
            foreach (Row row in user)
                row.Number = row.Basket is null ? -1 : Array.IndexOf(baskets, row.Basket);
        }
    }

    private string[] Written(List<Row> rows, string[] users, string[] items) =>
    [
        .. rows.OrderBy(row => row.User, StringComparer.Ordinal).ThenBy(row => row.Item, StringComparer.Ordinal).ThenBy(row => row.Time, StringComparer.Ordinal)
            .ThenBy(row => row.Event, StringComparer.Ordinal).ThenBy(row => row.Basket, StringComparer.Ordinal)
            .Select(row => string.Create(
                CultureInfo.InvariantCulture,
                $"{Array.IndexOf(users, row.User)}|{Array.IndexOf(items, row.Item)}|{row.Time}|{WeightOf(row.Event) * Factor(row):R}|{(row.Event == "purchase" ? "true" : "false")}|{row.Number}")),
    ];

    private double Factor(Row row) => options.GetValueOrDefault("--weight-factor") switch
    {
        "quantity" => Math.Round(1 + Math.Log(Math.Max(1, row.Pieces)), 9),
        "revenue" => Math.Round(1 + Math.Log(1 + Math.Max(0, row.Money)), 9),
        _ => 1,
    };

    private static string Money(IEnumerable<Row> rows) => Math.Round(rows.Sum(row => Math.Round(row.Money, 6)), 6).ToString("R", CultureInfo.InvariantCulture);

    private static Func<Row, bool> Below(List<Row> rows, Func<Row, string> of, Func<Row, string> distinct, int min)
    {
        HashSet<string> below = [.. rows.GroupBy(of).Where(g => g.Select(distinct).Distinct().Count() < min).Select(g => g.Key)];
        return row => below.Contains(of(row));
    }

    private List<T> Without<T>(string reason, IReadOnlyList<T> rows, Func<T, bool> goes) => Less(reason, rows, [.. rows.Where(row => !goes(row))]);

    private List<TLeft> Less<T, TLeft>(string reason, IReadOnlyList<T> before, List<TLeft> after)
    {
        if (before.Count > after.Count)
            dropped[reason] = dropped.GetValueOrDefault(reason) + before.Count - after.Count;
        return after;
    }

    private sealed class Row(string user, string item, string happened, string? basket, bool isHeldOut, string time)
    {
        public string User => user;

        public string Item => item;

        public string Event => happened;

        public string? Basket => basket;

        public bool IsHeldOut => isHeldOut;

        public string Time => time;

        public double Pieces { get; set; }

        public double Money { get; set; }

        public bool TookSomething { get; set; }

        public int Number { get; set; }
    }
}

using System.Globalization;
using Pipeline.Models;
using Pipeline.Sar;

namespace Pipeline.Evaluation;

/// <summary>
/// Ways to hold interactions out. The order of the rows leaves no trace; what is drawn, is drawn by seed and user. A split that would leave
/// one side empty is refused with a <see cref="SplitException"/>.
/// </summary>
public static class Splits
{
    private const double MicrosPerDay = 86_400e6;

    /// <summary>Everything from a moment on is held out: as it will be when lists are used.</summary>
    public static Split AtTime(Interactions rows, long cut)
    {
        ArgumentNullException.ThrowIfNull(rows);
        return Of(rows, row => rows.Times.Span[row] >= cut, cut, "by time");
    }

    /// <summary>The last days, back from the newest interaction, are held out.</summary>
    /// <param name="rows">All interactions.</param>
    /// <param name="days">Above 0.</param>
    public static Split LastDays(Interactions rows, double days)
    {
        ArgumentNullException.ThrowIfNull(rows);
        if (!(days > 0 && double.IsFinite(days)))
            throw new ArgumentOutOfRangeException(nameof(days), days, "The days to hold out must be more than 0.");
        long newest = rows.NewestTime() ?? 0;
        return AtTime(rows, (long)Math.Max(long.MinValue / 2.0, newest - days * MicrosPerDay) + 1);
    }

    /// <summary>
    /// Each user's newest interaction is held out, with all others of the same item and moment (of several items at that moment the one with the
    /// highest index); users with one moment only stay in training as they are.
    /// </summary>
    public static Split LeaveLastOut(Interactions rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        var last = new (long Time, int Item)[rows.UserCount];
        long[] first = new long[rows.UserCount];
        Array.Fill(last, (long.MinValue, -1));
        Array.Fill(first, long.MaxValue);
        for (int row = 0; row < rows.Count; row++)
        {
            int user = rows.Users.Span[row];
            (long Time, int Item) here = (rows.Times.Span[row], rows.Items.Span[row]);
            last[user] = here.CompareTo(last[user]) > 0 ? here : last[user];
            first[user] = Math.Min(first[user], here.Time);
        }
        return Of(rows, row =>
        {
            int user = rows.Users.Span[row];
            return first[user] < last[user].Time && (rows.Times.Span[row], rows.Items.Span[row]) == last[user];
        }, null, "leave last out");
    }

    /// <summary>
    /// A share of the users is drawn; of these the newer half of their items (by the first time of each) is held out, the older half stays in training to
    /// recommend from. Says how well a model does for users it has seen little of.
    /// </summary>
    public static Split ByUser(Interactions rows, double share, long seed)
    {
        ArgumentNullException.ThrowIfNull(rows);
        CheckShare(share);
        var firstTimes = new Dictionary<int, long>[rows.UserCount];
        for (int row = 0; row < rows.Count; row++)
        {
            Dictionary<int, long> own = firstTimes[rows.Users.Span[row]] ??= [];
            int item = rows.Items.Span[row];
            own[item] = Math.Min(own.GetValueOrDefault(item, long.MaxValue), rows.Times.Span[row]);
        }
        var held = new HashSet<int>?[rows.UserCount];
        for (int user = 0; user < rows.UserCount; user++)
            if (firstTimes[user] is { } own && new SeededRandom(seed, user).NextDouble() < share)
                held[user] = [.. own.OrderBy(o => o.Value).ThenBy(o => o.Key).Skip((own.Count + 1) / 2).Select(o => o.Key)];
        return Of(rows, row => held[rows.Users.Span[row]]?.Contains(rows.Items.Span[row]) ?? false, null, "by user");
    }

    /// <summary>
    /// Of each user's items a share is drawn and held out (rounded half to even), whatever their times. For comparison with published
    /// figures; says nothing about the future, since training knows what came later.
    /// </summary>
    public static Split Stratified(Interactions rows, double share, long seed)
    {
        ArgumentNullException.ThrowIfNull(rows);
        CheckShare(share);
        SparseMatrix pairs = PairTable.Of(rows);
        var held = new HashSet<int>[rows.UserCount];
        for (int user = 0; user < rows.UserCount; user++)
        {
            var random = new SeededRandom(seed, user);
            int[] items = pairs.Row(user).Indices.ToArray();
            ulong[] keys = [.. items.Select(_ => random.Next())];
            Array.Sort(keys, items);
            held[user] = [.. items.Take((int)Math.Round(share * items.Length, MidpointRounding.ToEven))];
        }
        return Of(rows, row => held[rows.Users.Span[row]].Contains(rows.Items.Span[row]), null, "stratified");
    }

    private static void CheckShare(double share)
    {
        if (!(share > 0 && share < 1))
            throw new ArgumentOutOfRangeException(nameof(share), share, "The share to hold out must lie between 0 and 1.");
    }

    private static Split Of(Interactions rows, Func<int, bool> isHeldOut, long? cut, string name)
    {
        int[] training = [.. Enumerable.Range(0, rows.Count).Where(row => !isHeldOut(row))];
        int[] truth = [.. Enumerable.Range(0, rows.Count).Where(isHeldOut)];
        if (training.Length == 0 || truth.Length == 0)
        {
            string empty = training.Length == 0 ? "nothing to train with" : "nothing held out";
            throw new SplitException(string.Create(
                CultureInfo.InvariantCulture, $"The split {name} leaves {empty} of {rows.Count} interactions{Span(rows)}: hold out {(training.Length == 0 ? "less" : "more")}."));
        }
        return new Split(Pick(rows, training), Pick(rows, truth), cut);
    }

    private static string Span(Interactions rows)
    {
        if (rows.Count == 0)
            return "";
        long oldest = long.MaxValue;
        foreach (long time in rows.Times.Span)
            oldest = Math.Min(oldest, time);
        return string.Create(CultureInfo.InvariantCulture, $" over {(rows.NewestTime()!.Value - oldest) / MicrosPerDay:0.#} days");
    }

    private static Interactions Pick(Interactions rows, int[] chosen)
    {
        return new Interactions(
            rows.UserCount, rows.ItemCount, Column(rows.Users), Column(rows.Items), Column(rows.Weights), Column(rows.Times),
            rows.Baskets.IsEmpty ? default : Column(rows.Baskets));

        T[] Column<T>(ReadOnlyMemory<T> column)
        {
            T[] picked = new T[chosen.Length];
            for (int n = 0; n < picked.Length; n++)
                picked[n] = column.Span[chosen[n]];
            return picked;
        }
    }
}

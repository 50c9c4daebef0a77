using Pipeline.Contracts;
using Pipeline.Hosting;
using Pipeline.Tables;

namespace Pipeline.Load;

/// <summary>Builds the profile row by row; memory grows with the distinct users and items, not with the rows.</summary>
internal sealed class ProfileBuilder
{
    /// <summary>More different events than any shop has: the column is another one then.</summary>
    private const int MaxEvents = 256;

    private readonly IdCounts users = new(), items = new(), events = new();
    private readonly List<int> purchases = [];
    private readonly RepeatCounter repeats = new();
    private long from = long.MaxValue, to = long.MinValue;
    private Int128 revenue;

    /// <summary>Takes a row into account.</summary>
    public void Add(ColumnBatch batch, int row)
    {
        ReadOnlySpan<byte> user = batch.Text(Interactions.UserId)[row], item = batch.Text(Interactions.ItemId)[row];
        ReadOnlySpan<byte> happened = batch.Text(Interactions.Event)[row];
        int position = users.Add(user);
        if (position == purchases.Count)
            purchases.Add(0);
        items.Add(item);
        events.Add(happened);
        if (events.Counts.Count > MaxEvents)
        {
            throw new StageException(
                ExitCode.InputRefused, $"The interactions have more than {MaxEvents} different events: is the column mapped as event the right one?");
        }
        if (happened.SequenceEqual("purchase"u8))
            purchases[position]++;
        repeats.Add(user, item);
        long time = batch.Values<long>(Interactions.Time)[row];
        from = Math.Min(from, time);
        to = Math.Max(to, time);
        revenue += Money.Units(batch.Values<double>(Interactions.Revenue)[row]);
    }

    /// <summary>The profile of the rows seen, at least one.</summary>
    public Profile ToProfile(long lines, long kept, IReadOnlyDictionary<string, long> excluded, IReadOnlyDictionary<string, long> rejected)
    {
        long buyers = purchases.Count(n => n >= Verdicts.PurchasesOfBuyer);
        return new Profile
        {
            Contract = Profile.CurrentContract,
            Verdict = Verdicts.Of(kept, buyers),
            Lines = lines,
            Interactions = kept,
            Excluded = excluded,
            Rejected = rejected,
            Users = users.Counts.Count,
            UsersWithTwoPurchases = buyers,
            Items = items.Counts.Count,
            From = DateTimeOffset.UnixEpoch.AddTicks(from * TimeSpan.TicksPerMicrosecond),
            To = DateTimeOffset.UnixEpoch.AddTicks(to * TimeSpan.TicksPerMicrosecond),
            Events = events.ByName(),
            Revenue = Money.Amount(revenue),
            RepeatShare = repeats.Share,
            UserActivity = Activity.Of(users.Counts),
            ItemActivity = Activity.Of(items.Counts),
            Catalogue = null,
        };
    }
}

using System.Text;
using System.Text.RegularExpressions;
using Pipeline.Contracts;

namespace Pipeline.Transform;

/// <summary>The options as the rules need them: by rank instead of by name.</summary>
internal sealed class Rules
{
    private Rules(EventSet events, TransformOptions options)
    {
        Options = options;
        Weights = Weights.Of(events.KindNames, options);
        Purchase = events.KindNames.Find(Encoding.UTF8.GetBytes(Events.Purchase));
        int returned = events.KindNames.Find(Encoding.UTF8.GetBytes(Events.Return));
        // A return that has a weight is an event as any other; where purchases have none there is nothing to take back.
        bool undoes = returned >= 0 && Weights.OfKind(returned) == 0 && options.EventWeights.GetValueOrDefault(Events.Purchase) > 0;
        Return = undoes ? returned : -1;
        IsUserExcluded = Excluded(events.UserIds, options.ExcludeUsers);
        HoldoutAfter = options.Holdout.After(() => events.NewestTime((user, kind) => !IsUserExcluded[user] && Weights.OfKind(kind) > 0));
    }

    public TransformOptions Options { get; }

    public Weights Weights { get; }

    /// <summary>Kind of a purchase, -1 where there is none.</summary>
    public int Purchase { get; }

    /// <summary>Kind that takes purchases back, -1 where there is none.</summary>
    public int Return { get; }

    /// <summary>The time behind which interactions are held out; null where none are.</summary>
    public long? HoldoutAfter { get; }

    /// <summary>Which users are left out.</summary>
    public bool[] IsUserExcluded { get; }

    public static Rules Of(EventSet events, TransformOptions options) => new(events, options);

    private static bool[] Excluded(RankedIds users, Regex? pattern)
    {
        var isExcluded = new bool[users.Count];
        for (int user = 0; pattern is not null && user < isExcluded.Length; user++)
            isExcluded[user] = pattern.IsMatch(Encoding.UTF8.GetString(users[user]));
        return isExcluded;
    }
}

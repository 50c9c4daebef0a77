using System.Text;

namespace Pipeline.Transform;

/// <summary>
/// What becomes of an interaction, in the order in which the rules apply: a user whose last interactions went one by one is lost to the
/// highest fate among them.
/// </summary>
internal enum Fate : byte
{
    /// <summary>Written to the interactions.</summary>
    Kept,

    /// <summary>Of a user left out by <c>--exclude-users</c>.</summary>
    ExcludedUser,

    /// <summary>Has no weight by <c>--event-weights</c>.</summary>
    EventWithoutWeight,

    /// <summary>Equals another line in everything.</summary>
    Duplicate,

    /// <summary>Added to another line of the same basket.</summary>
    SummedLine,

    /// <summary>Of a user with too many interactions in a day.</summary>
    Robot,

    /// <summary>A return with no purchase left before it.</summary>
    ReturnWithoutPurchase,

    /// <summary>A return that took purchases back.</summary>
    Return,

    /// <summary>A purchase of which nothing is left.</summary>
    ReturnedPurchase,

    /// <summary>Held out, of a user or an item that has no interaction left before.</summary>
    HeldOutCold,

    /// <summary>Written to the held-out interactions.</summary>
    HeldOut,

    /// <summary>Of an item with too few users.</summary>
    ItemWithFewUsers,

    /// <summary>Of a user with too few items.</summary>
    UserWithFewItems,
}

/// <summary>Fates as words.</summary>
internal static class Fates
{
    public static readonly IReadOnlyList<Fate> All = Enum.GetValues<Fate>();

    /// <summary>The name of the counter, in snake case.</summary>
    public static string Name(this Fate fate)
    {
        var name = new StringBuilder();
        foreach (char letter in fate.ToString())
            name.Append(char.IsUpper(letter) && name.Length > 0 ? "_" : "").Append(char.ToLowerInvariant(letter));
        return name.ToString();
    }

    /// <summary>The option that decides over it; null where there is none.</summary>
    public static string? Option(this Fate fate, Rules rules) => fate switch
    {
        Fate.ExcludedUser => "--exclude-users",
        Fate.EventWithoutWeight => "--event-weights",
        Fate.Robot => "--max-daily-interactions",
        Fate.HeldOut or Fate.HeldOutCold => $"--{rules.Options.Holdout.Option}",
        Fate.UserWithFewItems => "--min-user-items",
        Fate.ItemWithFewUsers => "--min-item-users",
        _ => null,
    };
}

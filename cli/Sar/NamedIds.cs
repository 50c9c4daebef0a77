using Pipeline.Hosting;
using Pipeline.Records;
using Pipeline.Sar;
using Pipeline.Tables;

namespace Pipeline.Cli.Sar;

/// <summary>Items of one seed set with their weights.</summary>
/// <param name="Id">The set's name in the file.</param>
/// <param name="Items">Item index of each seed; an item may repeat.</param>
/// <param name="Weights">Weight of each seed.</param>
internal sealed record SeedSet(byte[] Id, List<int> Items, List<double> Weights)
{
    /// <summary>The sets as the engine takes them: one user a set, who did everything at once.</summary>
    public static Interactions ToInteractions(IReadOnlyList<SeedSet> sets, int itemCount)
    {
        int[] users = [.. sets.SelectMany((set, n) => Enumerable.Repeat(n, set.Items.Count))];
        return new Interactions(
            sets.Count, itemCount, users, sets.SelectMany(set => set.Items).ToArray(), sets.SelectMany(set => set.Weights).ToArray(), new long[users.Length]);
    }
}

/// <summary>The small files that say for whom or what lists are wanted.</summary>
internal static class NamedIds
{
    /// <summary>The users of a file with a column <c>user</c>, in its order; one named twice counts once.</summary>
    /// <exception cref="StageException">It names nobody, or somebody unknown.</exception>
    public static int[] ReadUsers(string path, SarRequest request, IdIndex users)
    {
        using StrictRecords file = StrictRecords.Open(path, request.Files, [new("user", "user", IsRequired: true)], option: null);
        var named = new TextIndex();
        while (file.Read())
        {
            if (file[0].IsEmpty)
                throw file.Refuse(0, "is empty", "name the user, or take the record out");
            named.Add(file[0]);
        }
        if (named.Count == 0)
            throw new StageException(ExitCode.InputRefused, $"'{path}' names no users: it needs at least one record.");
        return users.Find(named, "users", path, request.Interactions);
    }

    /// <summary>
    /// The seed sets of a file with the columns <c>seed_set</c>, <c>item</c> and, unless every weight is 1, <c>weight</c>; in the order
    /// in which their names first appear.
    /// </summary>
    /// <exception cref="StageException">A record cannot be read, there is none, or it names an unknown item.</exception>
    public static List<SeedSet> ReadSeeds(string path, SarRequest request, IdIndex items)
    {
        RecordColumn[] columns = [new("seed_set", "seed_set", true), new("item", "item", true), new("weight", "weight", false)];
        using StrictRecords file = StrictRecords.Open(path, request.Files, columns, option: null);
        TextIndex names = new(), named = new();
        var sets = new List<SeedSet>();
        while (file.Read())
        {
            for (int column = 0; column < 2; column++)
                if (file[column].IsEmpty)
                    throw file.Refuse(column, "is empty", "fill it in, or take the record out");
            int set = names.Add(file[0]);
            if (set == sets.Count)
                sets.Add(new SeedSet(file[0].ToArray(), [], []));
            sets[set].Items.Add(named.Add(file[1]));
            sets[set].Weights.Add(file.Has(2) ? InteractionTable.ReadWeight(file, 2) : 1);
        }
        if (sets.Count == 0)
            throw new StageException(ExitCode.InputRefused, $"'{path}' names no seeds: it needs at least one record.");
        int[] found = items.Find(named, "items", path, request.Interactions);
        foreach (SeedSet set in sets)
            for (int n = 0; n < set.Items.Count; n++)
                set.Items[n] = found[set.Items[n]];
        return sets;
    }
}

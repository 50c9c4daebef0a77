using Pipeline.Cli.Sar;
using Pipeline.Tables;

namespace Pipeline.Cli.Evaluate;

/// <summary>
/// The ids of all files of a command together. While files are read an id is its position of first appearance; numbered, users and items are in
/// ordinal order of their ids, so that neither the order of lines nor that of files leaves a trace.
/// </summary>
internal sealed class IdSpace
{
    private IdIndex? users, items;

    /// <summary>Users' ids by position.</summary>
    public TextIndex UserTexts { get; } = new();

    /// <summary>Items' ids by position.</summary>
    public TextIndex ItemTexts { get; } = new();

    /// <summary>Users by index, once all files are read.</summary>
    public IdIndex Users => users ??= IdIndex.Of(UserTexts);

    /// <summary>Items by index, once all files are read.</summary>
    public IdIndex Items => items ??= IdIndex.Of(ItemTexts);

    /// <summary>The user index of each record of a file.</summary>
    public int[] UsersOf(PairFile file) => Indices(file.Users, Users);

    /// <summary>The item index of each record of a file.</summary>
    public int[] ItemsOf(PairFile file) => Indices(file.Items, Items);

    private static int[] Indices(ReadOnlySpan<int> positions, IdIndex index)
    {
        int[] indices = new int[positions.Length];
        for (int n = 0; n < indices.Length; n++)
            indices[n] = index.Indices[positions[n]];
        return indices;
    }
}

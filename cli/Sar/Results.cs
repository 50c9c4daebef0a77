using System.Runtime.InteropServices;
using Pipeline.Sar;
using Pipeline.Tables;

namespace Pipeline.Cli.Sar;

/// <summary>A table of results, worked out but not yet written.</summary>
/// <param name="Schema">Its columns.</param>
/// <param name="WriteAsync">Writes its rows.</param>
internal sealed record Result(TableSchema Schema, Func<ResultFile, Task> WriteAsync);

/// <summary>The tables this tool makes, each from the model and the ids.</summary>
/// <param name="model">The fitted model.</param>
/// <param name="users">The users' ids.</param>
/// <param name="items">The items' ids.</param>
internal sealed class Results(SarModel model, IdIndex users, IdIndex items)
{
    private static readonly Column User = new("user", ColumnType.Text), Item = new("item", ColumnType.Text),
        Rank = new("rank", ColumnType.Int32), Score = new("score", ColumnType.Double, Nullable: true), SeedSetId = new("seed_set", ColumnType.Text),
        SimilarUser = new("similar_user", ColumnType.Text), UserCount = new("users", ColumnType.Int32), ItemI = new("item_i", ColumnType.Text),
        ItemJ = new("item_j", ColumnType.Text), Value = new("value", ColumnType.Double), Affinity = new("affinity", ColumnType.Double);

    /// <summary>user, rank, item, score: list after list, and behind each list its fillers.</summary>
    public Result Recommendations(RecommendationLists lists, PopularFill? fill) => Lists(
        new TableSchema("recommendations", 1, User, Rank, Item, Score), lists, list => users[lists.Users[list]],
        list => model.Affinity.Row(lists.Users[list]).Indices, fill);

    /// <summary>seed_set, rank, item, score: as for users.</summary>
    public Result ForSeeds(IReadOnlyList<SeedSet> sets, RecommendationLists lists, PopularFill? fill) => Lists(
        new TableSchema("seed_recommendations", 1, SeedSetId, Rank, Item, Score), lists, list => sets[list].Id,
        list => CollectionsMarshal.AsSpan(sets[list].Items), fill);

    /// <summary>user, rank, similar_user, score.</summary>
    public Result MostSimilarUsers(int[] asked, Ranking[] rankings) => new(new TableSchema("similar_users", 1, User, Rank, SimilarUser, Score), async file =>
    {
        for (int list = 0; list < asked.Length; list++)
            for (int n = 0; n < rankings[list].Count; n++)
                await file.Text(User, users[asked[list]]).Whole(Rank, n + 1)
                    .Text(SimilarUser, users[rankings[list].Indices[n]]).Number(Score, rankings[list].Scores[n]).EndRowAsync();
    });

    /// <summary>rank, item, users: the number of users who have the item.</summary>
    public Result Popular(int count)
    {
        Ranking popular = model.PopularItems(count);
        return new Result(new TableSchema("popular_items", 1, Rank, Item, UserCount), async file =>
        {
            for (int n = 0; n < popular.Count; n++)
                await file.Whole(Rank, n + 1).Text(Item, items[popular.Indices[n]]).Whole(UserCount, (int)popular.Scores[n]).EndRowAsync();
        });
    }

    /// <summary>item_i, item_j, value: the similarities that are not 0, row by row.</summary>
    public Result Similarity(CancellationToken cancellation) => new(new TableSchema("similarity", 1, ItemI, ItemJ, Value), async file =>
    {
        for (int item = 0; item < items.Count; item++)
        {
            cancellation.ThrowIfCancellationRequested();
            // The row is a view that does not outlive a wait, so it is written in one go.
            foreach ((int other, double value) in NonZero(model.SimilarityRow(item)))
                await file.Text(ItemI, items[item]).Text(ItemJ, items[other]).Number(Value, value).EndRowAsync();
        }
    });

    /// <summary>user, item, affinity: a row for each pair with an interaction, 0 included.</summary>
    public Result Affinities() => new(new TableSchema("affinity", 1, User, Item, Affinity), async file =>
    {
        for (int user = 0; user < users.Count; user++)
            for (int n = 0; n < model.Affinity.Row(user).Count; n++)
                await file.Text(User, users[user]).Text(Item, items[model.Affinity.Row(user).Indices[n]])
                    .Number(Affinity, model.Affinity.Row(user).Values[n]).EndRowAsync();
    });

    private Result Lists(
        TableSchema schema, RecommendationLists lists, Func<int, ReadOnlySpan<byte>> key, Func<int, ReadOnlySpan<int>> seen, PopularFill? fill) =>
        new(schema, async file =>
        {
            for (int list = 0; list < lists.Count; list++)
            {
                int rank = 0;
                for (int n = 0; n < lists.ItemsOf(list).Length; n++)
                    await WriteAsync(lists.ItemsOf(list)[n], lists.ScoresOf(list)[n]);
                if (fill is null)
                    continue;
                foreach (int item in fill.After(lists.ItemsOf(list), seen(list)))
                    await WriteAsync(item, null);

                ValueTask WriteAsync(int item, double? score) =>
                    file.Text(schema.Columns[0], key(list)).Whole(Rank, ++rank).Text(Item, items[item]).Number(Score, score).EndRowAsync();
            }
        });

    private static List<(int Item, double Value)> NonZero(SparseRow row)
    {
        var cells = new List<(int, double)>(row.Count);
        for (int n = 0; n < row.Count; n++)
            if (row.Values[n] != 0)
                cells.Add((row.Indices[n], row.Values[n]));
        return cells;
    }
}

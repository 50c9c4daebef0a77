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
        Rank = new("rank", ColumnType.Int32), Score = new("score", ColumnType.Double), SeedSetId = new("seed_set", ColumnType.Text),
        SimilarUser = new("similar_user", ColumnType.Text), UserCount = new("users", ColumnType.Int32), ItemI = new("item_i", ColumnType.Text),
        ItemJ = new("item_j", ColumnType.Text), Value = new("value", ColumnType.Double), Affinity = new("affinity", ColumnType.Double);

    /// <summary>user, rank, item, score: list after list.</summary>
    public Result Recommendations(RecommendationLists lists) => new(new TableSchema("recommendations", 1, User, Rank, Item, Score), async file =>
    {
        for (int list = 0; list < lists.Count; list++)
            for (int n = 0; n < lists.ItemsOf(list).Length; n++)
                await file.Text(User, users[lists.Users[list]]).Whole(Rank, n + 1)
                    .Text(Item, items[lists.ItemsOf(list)[n]]).Number(Score, lists.ScoresOf(list)[n]).EndRowAsync();
    });

    /// <summary>seed_set, rank, item, score.</summary>
    public Result ForSeeds(IReadOnlyList<SeedSet> sets, int k, CancellationToken cancellation) => Ranked(
        new TableSchema("seed_recommendations", 1, SeedSetId, Rank, Item, Score),
        [.. sets.Select(set => (set.Id, model.RecommendForItems([.. set.Items], [.. set.Weights], k)))], items, cancellation);

    /// <summary>user, rank, similar_user, score.</summary>
    public Result MostSimilarUsers(IReadOnlyList<int> asked, int k, CancellationToken cancellation) => Ranked(
        new TableSchema("similar_users", 1, User, Rank, SimilarUser, Score),
        [.. asked.Select(user => (users[user].ToArray(), model.SimilarUsers(user, k)))], users, cancellation);

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

    private static Result Ranked(
        TableSchema schema, IReadOnlyList<(byte[] Key, Ranking Ranking)> lists, IdIndex ids, CancellationToken cancellation) =>
        new(schema, async file =>
        {
            foreach ((byte[] key, Ranking ranking) in lists)
            {
                cancellation.ThrowIfCancellationRequested();
                for (int n = 0; n < ranking.Count; n++)
                    await file.Text(schema.Columns[0], key).Whole(Rank, n + 1)
                        .Text(schema.Columns[2], ids[ranking.Indices[n]]).Number(Score, ranking.Scores[n]).EndRowAsync();
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

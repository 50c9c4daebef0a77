using Pipeline.Contracts;
using Pipeline.Hosting;
using Pipeline.Tables;

namespace Pipeline.Train;

/// <summary>The products in memory, by index.</summary>
internal sealed class ItemTable
{
    private readonly List<bool> isOffered = [];

    public TextIndex Ids { get; } = new();

    /// <summary>Whether an item may be recommended: in stock, and in the shop at the reference time.</summary>
    public bool[] IsOffered => [.. isOffered];

    public int Count => Ids.Count;

    public static async Task<ItemTable> ReadAsync(StageContext stage, long referenceTime, CancellationToken cancellation)
    {
        var items = new ItemTable();
        TableSchema columns = Items.Schema.Select(Items.ItemId, Catalogue.InStock, Catalogue.AvailableFrom);
        await foreach (ColumnBatch batch in stage.ReadAsync(Items.DataSet, columns, cancellation))
        {
            for (int row = 0; row < batch.Count; row++)
            {
                items.Ids.Add(batch.Text(Items.ItemId)[row]);
                bool isThere = batch.Nulls(Catalogue.AvailableFrom)[row] || batch.Values<long>(Catalogue.AvailableFrom)[row] <= referenceTime;
                items.isOffered.Add(batch.Values<bool>(Catalogue.InStock)[row] && isThere);
            }
        }
        return items;
    }
}

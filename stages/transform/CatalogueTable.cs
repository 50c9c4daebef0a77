using Pipeline.Contracts;
using Pipeline.Hosting;
using Pipeline.Tables;

namespace Pipeline.Transform;

/// <summary>What the catalogue says of the items that have interactions, in memory.</summary>
internal sealed class CatalogueTable
{
    private readonly Entry?[] entries;

    private CatalogueTable(int items) => entries = new Entry?[items];

    /// <summary>Products of the catalogue without an interaction kept.</summary>
    public long WithoutInteractions { get; private set; }

    /// <summary>Reads the products whose ids are numbered.</summary>
    public static async Task<CatalogueTable> ReadAsync(StageContext stage, RankedIds itemIds, Numbering items, CancellationToken cancellation)
    {
        var catalogue = new CatalogueTable(items.Count);
        await foreach (ColumnBatch batch in stage.ReadAsync(Catalogue.DataSet, cancellation: cancellation))
        {
            for (int row = 0; row < batch.Count; row++)
            {
                int rank = itemIds.Find(batch.Text(Catalogue.ItemId)[row]);
                int item = rank < 0 ? -1 : items.IndexOf(rank);
                if (item < 0)
                    catalogue.WithoutInteractions++;
                else
                    catalogue.entries[item] = Entry.Of(batch, row);
            }
        }
        return catalogue;
    }

    /// <summary>Appends the catalogue's columns of an item to the next row of the table of items.</summary>
    public void Append(ColumnBatch batch, int item)
    {
        Entry entry = entries[item] ?? Entry.Absent;
        int row = batch.Count;
        batch.Text(Catalogue.Name).Append(entry.Name);
        batch.Text(Catalogue.Category).Append(entry.Category);
        batch.Nulls(Catalogue.Price)[row] = entry.Price is null;
        batch.Values<double>(Catalogue.Price)[row] = entry.Price ?? 0;
        batch.Values<bool>(Catalogue.InStock)[row] = entry.IsInStock;
        batch.Text(Catalogue.Url).Append(entry.Url);
        batch.Text(Catalogue.ImageUrl).Append(entry.ImageUrl);
        batch.Nulls(Catalogue.AvailableFrom)[row] = entry.AvailableFrom is null;
        batch.Values<long>(Catalogue.AvailableFrom)[row] = entry.AvailableFrom ?? 0;
        batch.Text(Catalogue.Features).Append(entry.Features);
    }

    private sealed record Entry(
        string? Name, string? Category, double? Price, bool IsInStock, string? Url, string? ImageUrl, long? AvailableFrom, string? Features)
    {
        public static readonly Entry Absent = new(null, null, null, true, null, null, null, null);

        public static Entry Of(ColumnBatch batch, int row) => new(
            batch.Text(Catalogue.Name).GetString(row),
            batch.Text(Catalogue.Category).GetString(row),
            batch.Nulls(Catalogue.Price)[row] ? null : batch.Values<double>(Catalogue.Price)[row],
            batch.Values<bool>(Catalogue.InStock)[row],
            batch.Text(Catalogue.Url).GetString(row),
            batch.Text(Catalogue.ImageUrl).GetString(row),
            batch.Nulls(Catalogue.AvailableFrom)[row] ? null : batch.Values<long>(Catalogue.AvailableFrom)[row],
            batch.Text(Catalogue.Features).GetString(row));
    }
}

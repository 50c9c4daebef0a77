using System.Text.RegularExpressions;
using Pipeline.Contracts;
using Pipeline.Hosting;
using Pipeline.Storage;
using Pipeline.Tables;

namespace Pipeline.Train;

/// <summary>
/// The products in memory, by index: first those that the models know, under the indices they have there, then the others of the catalogue in
/// order of their ids. The lists are parallel.
/// </summary>
internal sealed class ItemTable
{
    /// <summary>Their ids.</summary>
    public TextIndex Ids { get; } = new();

    /// <summary>What each is called; null where nobody says.</summary>
    public List<string?> Name { get; } = [];

    /// <summary>Whether each can be delivered.</summary>
    public List<bool> InStock { get; } = [];

    /// <summary>Price of each; null where nobody says.</summary>
    public List<double?> Price { get; } = [];

    /// <summary>When each came or will come into the shop, microseconds since 1970 UTC; null where nobody says.</summary>
    public List<long?> AvailableFrom { get; } = [];

    /// <summary>When each was first met in the interactions; null where it never was.</summary>
    public List<long?> FirstTime { get; } = [];

    /// <summary>Position of each one's category in <see cref="Categories"/>; -1 without one.</summary>
    public List<int> Category { get; } = [];

    /// <summary>The categories.</summary>
    public TextIndex Categories { get; } = new();

    /// <summary>How many the models know.</summary>
    public int KnownCount { get; private set; }

    public int Count => Ids.Count;

    public static async Task<ItemTable> ReadAsync(StageContext stage, CancellationToken cancellation)
    {
        var items = new ItemTable();
        TableSchema columns = Items.Schema.Select(Items.ItemId, Items.FirstTime, Catalogue.Name, Catalogue.Category, Catalogue.Price, Catalogue.InStock, Catalogue.AvailableFrom);
        await foreach (ColumnBatch batch in stage.ReadAsync(Items.DataSet, columns, cancellation))
        {
            for (int row = 0; row < batch.Count; row++)
                items.Add(Row.Of(batch, row), batch.Values<long>(Items.FirstTime)[row]);
        }
        items.KnownCount = items.Count;
        await items.ReadOthersAsync(stage, cancellation);
        return items;
    }

    /// <summary>When each came into the shop: what the catalogue says, else when it was first met.</summary>
    public long? Arrival(int item) => AvailableFrom[item] ?? FirstTime[item];

    /// <summary>What load was told to leave out as no product is none here either. In order of the ids, for a catalogue may be in any.</summary>
    private async Task ReadOthersAsync(StageContext stage, CancellationToken cancellation)
    {
        Manifest loaded = stage.Input(Stages.Load).Manifest;
        Regex? noProduct = loaded.Options.GetValueOrDefault("exclude-items") is { } pattern
            ? new Regex(pattern, RegexOptions.CultureInvariant | RegexOptions.NonBacktracking) : null;
        var others = new List<Row>();
        TableSchema columns = Catalogue.Schema.Select(Catalogue.ItemId, Catalogue.Name, Catalogue.Category, Catalogue.Price, Catalogue.InStock, Catalogue.AvailableFrom);
        await foreach (ColumnBatch batch in stage.ReadAsync(Catalogue.DataSet, columns, cancellation))
        {
            TextColumn ids = batch.Text(Catalogue.ItemId);
            for (int row = 0; row < batch.Count; row++)
                if (Ids.Find(ids[row]) < 0 && noProduct?.IsMatch(ids.GetString(row)!) != true)
                    others.Add(Row.Of(batch, row));
        }
        others.Sort((a, b) => a.Id.AsSpan().SequenceCompareTo(b.Id));
        foreach (Row row in others)
            Add(row, firstTime: null);
    }

    /// <summary>Adds a product whose id is not there yet.</summary>
    public void Add(Row row, long? firstTime)
    {
        Ids.Add(row.Id);
        Name.Add(row.Name);
        InStock.Add(row.InStock);
        Price.Add(row.Price);
        AvailableFrom.Add(row.AvailableFrom);
        FirstTime.Add(firstTime);
        Category.Add(row.Category.Length == 0 ? -1 : Categories.Add(row.Category));
    }

    /// <summary>What products and catalogue have in common.</summary>
    public readonly record struct Row(byte[] Id, string? Name, byte[] Category, double? Price, bool InStock, long? AvailableFrom)
    {
        public static Row Of(ColumnBatch batch, int row) => new(
            batch.Text(Catalogue.ItemId)[row].ToArray(),
            batch.Text(Catalogue.Name).GetString(row),
            batch.Text(Catalogue.Category)[row].ToArray(),
            batch.Nulls(Catalogue.Price)[row] ? null : batch.Values<double>(Catalogue.Price)[row],
            batch.Values<bool>(Catalogue.InStock)[row],
            batch.Nulls(Catalogue.AvailableFrom)[row] ? null : batch.Values<long>(Catalogue.AvailableFrom)[row]);
    }
}

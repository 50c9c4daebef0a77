using Pipeline.Contracts;
using Pipeline.Records;
using Pipeline.Tables;
using static Pipeline.Hosting.CatalogueRecords;

namespace Pipeline.Load;

/// <summary>The rules by which a line becomes a product.</summary>
internal sealed class CatalogueFile(LoadOptions options)
{
    private readonly TextIndex seen = new();

    /// <summary>Appends the current line as the next row of the batch, without counting it there; or says why it cannot be used.</summary>
    public LineVerdict Read(RecordSource source, ColumnBatch batch)
    {
        ReadOnlySpan<byte> item = source[Item];
        if (item.IsEmpty)
            return new LineVerdict("missing_item", Item);
        if (item.Contains((byte)'@'))
            return new LineVerdict("address_as_item", Item);
        double price = 0;
        if (!source[Price].IsEmpty && !options.Numbers.TryRead(source[Price], out price))
            return new LineVerdict("invalid_price", Price);
        bool isInStock = true;
        if (!source[InStock].IsEmpty && !FieldParser.TryBoolean(source[InStock], out isInStock))
            return new LineVerdict("invalid_in_stock", InStock);
        long availableFrom = 0;
        if (!source[AvailableFrom].IsEmpty && !options.Times.TryIso8601(source[AvailableFrom], out availableFrom))
            return new LineVerdict("invalid_available_from", AvailableFrom);
        if (seen.Find(item) >= 0)
            return new LineVerdict("duplicate_item", Item);
        seen.Add(item);

        int row = batch.Count;
        batch.Text(Catalogue.ItemId).Append(item);
        Append(batch, Catalogue.Name, source[Name]);
        Append(batch, Catalogue.Category, source[Category]);
        batch.Nulls(Catalogue.Price)[row] = source[Price].IsEmpty;
        batch.Values<double>(Catalogue.Price)[row] = price;
        batch.Values<bool>(Catalogue.InStock)[row] = isInStock;
        Append(batch, Catalogue.Url, source[Url]);
        Append(batch, Catalogue.ImageUrl, source[ImageUrl]);
        batch.Nulls(Catalogue.AvailableFrom)[row] = source[AvailableFrom].IsEmpty;
        batch.Values<long>(Catalogue.AvailableFrom)[row] = availableFrom;
        Append(batch, Catalogue.Features, source[Features]);
        return LineVerdict.Kept;
    }

    private static void Append(ColumnBatch batch, Column column, ReadOnlySpan<byte> field)
    {
        if (field.IsEmpty)
            batch.Text(column).AppendNull();
        else
            batch.Text(column).Append(field);
    }
}

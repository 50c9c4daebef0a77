using System.Globalization;
using Pipeline.Contracts;
using Pipeline.Tables;

namespace Pipeline.Transform.Tests;

/// <summary>An interaction as <c>load</c> leaves it.</summary>
internal sealed record Line(
    string User, string Item, string Event, string Time, double? Revenue = null, double? Quantity = null, string? Basket = null)
{
    /// <summary>The lines as one part of the data set.</summary>
    public static ColumnBatch Part(IReadOnlyCollection<Line> lines)
    {
        var batch = new ColumnBatch(Interactions.Schema, Math.Max(1, lines.Count));
        foreach (Line line in lines)
        {
            int row = batch.Count;
            batch.Text(Interactions.UserId).Append(line.User);
            batch.Text(Interactions.ItemId).Append(line.Item);
            batch.Text(Interactions.Event).Append(line.Event);
            batch.Values<long>(Interactions.Time)[row] = Micros(line.Time);
            batch.Nulls(Interactions.Quantity)[row] = line.Quantity is null;
            batch.Values<double>(Interactions.Quantity)[row] = line.Quantity ?? 0;
            batch.Nulls(Interactions.Revenue)[row] = line.Revenue is null;
            batch.Values<double>(Interactions.Revenue)[row] = line.Revenue ?? 0;
            batch.Text(Interactions.BasketId).Append(line.Basket);
            batch.Count++;
        }
        return batch;
    }

    /// <summary>A time in ISO 8601 UTC as microseconds since 1970.</summary>
    public static long Micros(string time) =>
        (DateTimeOffset.Parse(time, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal) - DateTimeOffset.UnixEpoch).Ticks
        / TimeSpan.TicksPerMicrosecond;
}

/// <summary>A product as <c>load</c> leaves it.</summary>
internal sealed record Product(
    string Item, string? Name = null, string? Category = null, double? Price = null, bool IsInStock = true, string? AvailableFrom = null)
{
    /// <summary>The products as the catalogue.</summary>
    public static ColumnBatch Table(IReadOnlyCollection<Product> products)
    {
        var batch = new ColumnBatch(Catalogue.Schema, Math.Max(1, products.Count));
        foreach (Product product in products)
        {
            int row = batch.Count;
            batch.Text(Catalogue.ItemId).Append(product.Item);
            batch.Text(Catalogue.Name).Append(product.Name);
            batch.Text(Catalogue.Category).Append(product.Category);
            batch.Nulls(Catalogue.Price)[row] = product.Price is null;
            batch.Values<double>(Catalogue.Price)[row] = product.Price ?? 0;
            batch.Values<bool>(Catalogue.InStock)[row] = product.IsInStock;
            batch.Text(Catalogue.Url).Append(product.Name is null ? null : $"https://shop/{product.Item}");
            batch.Text(Catalogue.ImageUrl).AppendNull();
            batch.Nulls(Catalogue.AvailableFrom)[row] = product.AvailableFrom is null;
            batch.Values<long>(Catalogue.AvailableFrom)[row] = product.AvailableFrom is null ? 0 : Line.Micros(product.AvailableFrom);
            batch.Text(Catalogue.Features).AppendNull();
            batch.Count++;
        }
        return batch;
    }
}

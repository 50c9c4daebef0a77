namespace Pipeline.Cli.Generate;

/// <summary>One category of a shop.</summary>
/// <param name="Kind">What it sells.</param>
/// <param name="Share">Its share of the shop's base demand in units of 1/10,000; the shares of a shop sum to 10,000.</param>
/// <param name="Start">Its first slot; it owns the slots up to the next category's start.</param>
/// <param name="End">One past its last slot.</param>
/// <param name="Names">Names of its items.</param>
internal sealed record Category(CategoryKind Kind, int Share, int Start, int End, ItemNames Names);

/// <summary>
/// A shop's items with their planted truth, as arrays over slots. A slot is an item's place by category and series, 0 to
/// <see cref="Count"/> - 1: a category's slots are contiguous, and within it a series'. <see cref="Number"/> gives the shuffled
/// number in the public id, so ids say nothing about category, series or popularity.
/// </summary>
internal sealed class Catalogue
{
    /// <summary>
    /// Base popularity is held in units of 1 / <see cref="PopularityScale"/>, as printed, so that the printed truth is exact.
    /// </summary>
    public const int PopularityScale = 1_000_000_000;

    private const int LargestSeries = 6;
    private const int Christmas = 348;
    private static readonly int[] SeriesSizes = [1, 1, 1, 2, 2, 3, 3, 4, 5, LargestSeries];

    /// <summary>Builds the items of a shop; a function of <paramref name="options"/> alone.</summary>
    public Catalogue(ShopOptions options)
    {
        Count = options.Items;
        CategoryOf = new byte[Count];
        Series = new int[Count];
        SeriesStart = new int[Count];
        SeriesEnd = new int[Count];
        Noun = new byte[Count];
        Price = new int[Count];
        Popularity = new int[Count];
        TrendPercent = new sbyte[Count];
        SeasonPeak = new short[Count];
        SeasonPercent = new short[Count];
        AvailableFrom = new int[Count];
        InStock = new bool[Count];
        Number = new int[Count];

        var rng = new Rng(options.Seed, RngStream.Catalogue);
        Categories = DrawCategories(ref rng);
        for (int c = 0; c < Categories.Length; c++)
        {
            CategoryOf.AsSpan(Categories[c].Start..Categories[c].End).Fill((byte)c);
            DrawSeries(Categories[c], ref rng);
            DrawPopularity(Categories[c], ref rng);
            for (int slot = Categories[c].Start; slot < Categories[c].End; slot++)
                DrawItem(slot, Categories[c], options.Days, ref rng);
        }

        for (int slot = 0; slot < Count; slot++)
            Number[slot] = slot + 1;
        rng.Shuffle(Number.AsSpan());
    }

    public int Count { get; }
    public Category[] Categories { get; }
    public byte[] CategoryOf { get; }

    /// <summary>Series number within the category, from 0. A series of one is an item without companions.</summary>
    public int[] Series { get; }
    public int[] SeriesStart { get; }
    public int[] SeriesEnd { get; }
    public byte[] Noun { get; }

    /// <summary>Cents.</summary>
    public int[] Price { get; }

    /// <summary>
    /// Base popularity within the category; a category's sum to <see cref="PopularityScale"/> but for rounding.
    /// </summary>
    public int[] Popularity { get; }

    /// <summary>Percent by which demand lies above the middle of the period on its last day, and below on its first.</summary>
    public sbyte[] TrendPercent { get; }

    /// <summary>Day of the year, 1 to 365.</summary>
    public short[] SeasonPeak { get; }
    public short[] SeasonPercent { get; }

    /// <summary>First day on sale, counted from the period's first day; negative for older items.</summary>
    public int[] AvailableFrom { get; }
    public bool[] InStock { get; }

    /// <summary>The number in the item's id, from 1.</summary>
    public int[] Number { get; }

    public string Name(int slot) => Categories[CategoryOf[slot]].Names.Name(Series[slot], Noun[slot]);

    /// <summary>Slots in the order of their item numbers, which is the order of the files.</summary>
    public int[] SlotsByNumber()
    {
        var slots = new int[Count];
        for (int slot = 0; slot < Count; slot++)
            slots[Number[slot] - 1] = slot;
        return slots;
    }

    private Category[] DrawCategories(ref Rng rng)
    {
        // 8 categories up to 1,000 items, 40 from 50,000 on; each has at least one item.
        int count = Math.Min(Count, Math.Clamp(8 + (Count - 1_000) / 1_500, 8, CategoryKind.All.Length));
        int[] ranks = [.. Enumerable.Range(0, count)];
        rng.Shuffle(ranks.AsSpan());
        double total = ranks.Sum(rank => 1.0 / (rank + 4));

        var categories = new Category[count];
        int start = 0, shareLeft = 10_000;
        double passed = 0;
        for (int c = 0; c < count; c++)
        {
            double part = 1.0 / (ranks[c] + 4) / total;
            passed += part;
            int share = c == count - 1 ? shareLeft : (int)(part * 10_000);
            shareLeft -= share;
            // A category that sells more has more items, but less than in proportion: half of the items are spread evenly.
            double itemsPassed = 0.5 * passed + 0.5 * (c + 1) / count;
            int end = c == count - 1 ? Count : c + 1 + (int)((Count - count) * itemsPassed);
            categories[c] = new Category(CategoryKind.All[c], share, start, end, new ItemNames(CategoryKind.All[c], ref rng));
            start = end;
        }

        return categories;
    }

    private void DrawSeries(Category category, ref Rng rng)
    {
        Span<byte> nouns = stackalloc byte[category.Names.Nouns];
        for (int i = 0; i < nouns.Length; i++)
            nouns[i] = (byte)i;

        int series = 0;
        for (int start = category.Start; start < category.End; series++)
        {
            int end = Math.Min(category.End, start + SeriesSizes[rng.Below(SeriesSizes.Length)]);
            rng.Shuffle(nouns);
            for (int slot = start; slot < end; slot++)
            {
                Series[slot] = series;
                SeriesStart[slot] = start;
                SeriesEnd[slot] = end;
                Noun[slot] = nouns[slot - start];
            }

            start = end;
        }
    }

    /// <summary>
    /// Zipf-Mandelbrot: the item of rank r from 1 gets a share proportional to 1 / (r + 2), ranks in random order.
    /// </summary>
    private void DrawPopularity(Category category, ref Rng rng)
    {
        Span<int> popularity = Popularity.AsSpan(category.Start..category.End);
        double total = 0;
        for (int i = 0; i < popularity.Length; i++)
            total += 1.0 / (i + 3);
        for (int i = 0; i < popularity.Length; i++)
            popularity[i] = Math.Max(1, (int)(PopularityScale / (i + 3) / total));
        rng.Shuffle(popularity);
    }

    private void DrawItem(int slot, Category category, int days, ref Rng rng)
    {
        CategoryKind kind = category.Kind;
        Price[slot] = ShopPrice(kind.MedianCents * PortableMath.Exp(kind.Spread * rng.NextNormal()), ref rng);
        InStock[slot] = !rng.Chance(0.04);

        double trend = rng.NextDouble();
        TrendPercent[slot] = (sbyte)(trend < 0.15 ? rng.Between(30, 90) : trend < 0.30 ? -rng.Between(30, 90) : 0);

        bool gift = rng.Chance(0.08);
        int peak = gift ? Christmas + rng.Between(-5, 5) : kind.PeakDay + rng.Between(-10, 10);
        SeasonPeak[slot] = (short)((peak + 364) % 365 + 1);
        SeasonPercent[slot] = (short)(gift ? rng.Between(150, 300) : kind.Strength * rng.Between(50, 150) / 100);

        // One item in eight is launched during the period. Never a category's first: something must be for sale.
        bool launched = rng.Chance(0.125) && slot > category.Start && days > 1;
        AvailableFrom[slot] = launched ? rng.Between(1, Math.Max(1, days * 9 / 10)) : -rng.Between(0, 730);
    }

    /// <summary>The price a shop would print: 7.43 becomes 7.50, 23.18 becomes 22.90 or 22.95, never below 0.95.</summary>
    private static int ShopPrice(double cents, ref Rng rng)
    {
        int rounded = (int)(cents / 50 + 0.5) * 50;
        if (rounded < 1000)
            return Math.Max(95, rounded - (rng.Chance(0.5) ? 5 : 0));
        return rounded / 100 * 100 - (rng.Chance(0.6) ? 10 : 5);
    }
}

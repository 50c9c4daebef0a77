namespace Pipeline.Cli.Generate;

/// <summary>The files of a synthetic shop beside its interactions: what the shop knows, and the truth it does not.</summary>
internal static class ShopFiles
{
    public const string Interactions = "interactions.csv";
    public const string Catalogue = "catalogue.csv";
    public const string Tastes = "truth.csv";
    public const string Items = "truth-items.csv";
    public const string Categories = "truth-categories.csv";

    /// <summary>catalogue.csv: one row per item by item id.</summary>
    public static void WriteCatalogue(OutputFiles files, ShopOptions options, Catalogue catalogue)
    {
        Utf8Csv csv = files.Create(
            Catalogue, "item_id", "name", "category", "price", "in_stock", "available_from", "url", "image_url");
        Ids ids = Ids.OfItems(options.Items);
        foreach (int slot in catalogue.SlotsByNumber())
        {
            string id = ids.Text(catalogue.Number[slot]);
            string name = catalogue.Name(slot);
            csv.Text(id)
                .Text(name)
                .Text(catalogue.Categories[catalogue.CategoryOf[slot]].Kind.Name)
                .Fixed(catalogue.Price[slot], 2)
                .Text(catalogue.InStock[slot] ? "true" : "false")
                .Date(options.FirstDay.AddDays(catalogue.AvailableFrom[slot]))
                .Text($"https://shop.example.com/products/{name.ToLowerInvariant().Replace(' ', '-')}-{id}")
                .Text($"https://images.example.com/{id}.jpg")
                .EndLine();
        }
    }

    /// <summary>customers.csv: one row per user by user id, with interactions or without.</summary>
    public static void WriteCustomers(OutputFiles files, ShopOptions options, UserPopulation users)
    {
        var rows = new CustomerRows(options.Seed, files.Create(CustomerRows.FileName, CustomerRows.Header));
        Ids ids = Ids.OfUsers(options.Users);
        for (int user = 0; user < users.Count; user++)
        {
            // Who arrives during the period decides on arrival; the others did within three years before.
            int arrival = users.ArrivalDay(user);
            rows.Write(ids.Text(user + 1), user, options.FirstDay.AddDays(arrival), arrival > 0 ? 0 : 3 * 365);
        }
    }

    /// <summary>truth.csv: a user's favourite categories, most liked first; the tastes of a user sum to 1.</summary>
    public static void WriteTastes(OutputFiles files, ShopOptions options, Catalogue catalogue, UserPopulation users)
    {
        Utf8Csv csv = files.Create(Tastes, "user_id", "category", "taste");
        Ids ids = Ids.OfUsers(options.Users);
        for (int user = 0; user < users.Count; user++)
        {
            ReadOnlySpan<byte> favourites = users.Favourites(user);
            ReadOnlySpan<ushort> tastes = users.Tastes(user);
            for (int i = 0; i < favourites.Length; i++)
            {
                csv.Id(ids.Prefix, user + 1, ids.Digits)
                    .Text(catalogue.Categories[favourites[i]].Kind.Name)
                    .Fixed(tastes[i], 4)
                    .EndLine();
            }
        }
    }

    /// <summary>truth-items.csv and truth-categories.csv: what makes an item wanted, on which day.</summary>
    public static void WriteItemTruth(OutputFiles files, ShopOptions options, Catalogue catalogue)
    {
        Utf8Csv csv = files.Create(
            Items, "item_id", "category", "series", "base_popularity", "trend", "season_peak_day", "season_strength",
            "available_from");
        Ids ids = Ids.OfItems(options.Items);
        foreach (int slot in catalogue.SlotsByNumber())
        {
            csv.Id(ids.Prefix, catalogue.Number[slot], ids.Digits)
                .Text(catalogue.Categories[catalogue.CategoryOf[slot]].Kind.Name)
                .Number(catalogue.SeriesStart[slot] + 1)
                .Fixed(catalogue.Popularity[slot], 9)
                .Fixed(catalogue.TrendPercent[slot], 2)
                .Number(catalogue.SeasonPeak[slot])
                .Fixed(catalogue.SeasonPercent[slot], 2)
                .Date(options.FirstDay.AddDays(catalogue.AvailableFrom[slot]))
                .EndLine();
        }

        csv = files.Create(Categories, "category", "share");
        foreach (Category category in catalogue.Categories)
            csv.Text(category.Kind.Name).Fixed(category.Share, 4).EndLine();
    }
}

using System.Globalization;

namespace Pipeline.Cli.Generate;

/// <summary>What a synthetic shop is made from. Every property changes the result; equal options give equal bytes.</summary>
internal sealed record ShopOptions
{
    /// <summary>Customers, with or without interactions. 1 to 10,000,000.</summary>
    public required int Users { get; init => field = (int)Check("users", value, 1, 10_000_000); }

    /// <summary>Products in the catalogue. 1 to 5,000,000.</summary>
    public required int Items { get; init => field = (int)Check("items", value, 1, 5_000_000); }

    /// <summary>Lines in interactions.csv below the header, exactly. 1 to 10,000,000,000.</summary>
    public required long Interactions { get; init => field = Check("interactions", value, 1, 10_000_000_000); }

    /// <summary>Any number; another seed gives another shop of the same kind.</summary>
    public required long Seed { get; init; }

    /// <summary>The first day with interactions, UTC. From 1970-01-01 to 2199-12-31; default 2025-01-01.</summary>
    public DateOnly FirstDay
    {
        get;
        init => field = value.Year is >= 1970 and < 2200
            ? value
            : throw new ArgumentException(string.Create(
                CultureInfo.InvariantCulture,
                $"first-day must be between 1970-01-01 and 2199-12-31, but is {value:yyyy-MM-dd}."));
    } = new(2025, 1, 1);

    /// <summary>Days with interactions. 1 to 3,650; default 365.</summary>
    public int Days { get; init => field = (int)Check("days", value, 1, 3_650); } = 365;

    private static long Check(string name, long value, long lowest, long highest) =>
        value >= lowest && value <= highest
            ? value
            : throw new ArgumentException(string.Create(
                CultureInfo.InvariantCulture, $"{name} must be between {lowest:N0} and {highest:N0}, but is {value:N0}."));
}

using Pipeline.Records;
using Pipeline.Sar;

namespace Pipeline.Cli.Sar;

/// <summary>Everything <c>pipeline sar</c> can be told, checked as far as it can be without the data.</summary>
internal sealed record SarRequest
{
    /// <summary>The file of interactions.</summary>
    public required string Interactions { get; init; }

    /// <summary>Header of the users' column.</summary>
    public required string UserColumn { get; init; }

    /// <summary>Header of the items' column.</summary>
    public required string ItemColumn { get; init; }

    /// <summary>Header of the weights' column; null: every interaction weighs 1.</summary>
    public string? WeightColumn { get; init; }

    /// <summary>Header of the times' column; null only without decay.</summary>
    public string? TimeColumn { get; init; }

    /// <summary>Header of the column of basket ids; null: baskets are told by user and time, if they count at all.</summary>
    public string? BasketColumn { get; init; }

    /// <summary>How the CSV files that are read are written.</summary>
    public RecordSettings Files { get; init; } = new();

    /// <summary>How the model is fitted.</summary>
    public required SarOptions Model { get; init; }

    /// <summary>The reference time as it was typed; null: the newest interaction.</summary>
    public string? ReferenceTime { get; init; }

    /// <summary>What the lists hold.</summary>
    public required RecommendOptions Lists { get; init; }

    /// <summary>Whether lists that are too short go on with popular items, without a score.</summary>
    public bool FillWithPopular { get; init; }

    /// <summary>Most threads; 0: as many as there are processors. Changes speed only.</summary>
    public int Threads { get; init; }

    /// <summary>File of the users who get lists; null: all.</summary>
    public string? Users { get; init; }

    /// <summary>File of seed sets that get lists instead of users.</summary>
    public string? Seeds { get; init; }

    /// <summary>File of users whose most similar users are wanted instead.</summary>
    public string? SimilarUsers { get; init; }

    /// <summary>How many of the most popular items are wanted instead.</summary>
    public int? Popular { get; init; }

    /// <summary>Where the lists go.</summary>
    public required string Output { get; init; }

    /// <summary>Where the similarity goes, if it is wanted.</summary>
    public string? SimilarityOutput { get; init; }

    /// <summary>Where the affinities go, if they are wanted.</summary>
    public string? AffinityOutput { get; init; }
}

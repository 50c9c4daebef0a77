using Pipeline.Keys;

namespace Pipeline.Cli.Erasing;

/// <summary>Whom to erase, and where.</summary>
internal sealed record ErasureRequest
{
    /// <summary>The customer's id; null where an address alone says who.</summary>
    public required string? Customer { get; init; }

    /// <summary>Has the address; null where a customer alone is named.</summary>
    public required Stream? Address { get; init; }

    /// <summary>The folder that the runs lie in.</summary>
    public required string Runs { get; init; }

    /// <summary>The keys and the key store.</summary>
    public required KeyOptions Keys { get; init; }

    /// <summary>The suppression list.</summary>
    public required SuppressionAppender Suppressions { get; init; }

    /// <summary>Folder of the receipts.</summary>
    public required string Receipts { get; init; }

    /// <summary>Whether to say only what would be done.</summary>
    public required bool IsDryRun { get; init; }

    /// <summary>The time for the receipt.</summary>
    public required DateTimeOffset Now { get; init; }
}

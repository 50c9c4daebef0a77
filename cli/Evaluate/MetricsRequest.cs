namespace Pipeline.Cli.Evaluate;

/// <summary>How figures are written.</summary>
internal enum FigureFormat
{
    /// <summary>For people.</summary>
    Table,

    /// <summary>One object.</summary>
    Json,

    /// <summary>A line for each figure.</summary>
    Csv,
}

/// <summary>Everything <c>pipeline metrics</c> can be told.</summary>
internal sealed record MetricsRequest
{
    /// <summary>What came true.</summary>
    public required string Truth { get; init; }

    /// <summary>The lists.</summary>
    public required string Predictions { get; init; }

    /// <summary>What the lists were made from; null where it is not known.</summary>
    public string? Training { get; init; }

    /// <summary>Prices of items; null for none.</summary>
    public string? Prices { get; init; }

    /// <summary>Segments of users; null for none.</summary>
    public string? Segments { get; init; }

    /// <summary>Headers of the ids.</summary>
    public required PairNames Names { get; init; }

    /// <summary>Header of the ratings in the truth, and whether it was asked for.</summary>
    public required (string Header, bool IsRequired) Rating { get; init; }

    /// <summary>Header of the revenue in the truth, and whether it was asked for.</summary>
    public required (string Header, bool IsRequired) Revenue { get; init; }

    /// <summary>Header of the times in the training, and whether it was asked for.</summary>
    public required (string Header, bool IsRequired) Time { get; init; }

    /// <summary>Header of what orders the lists: predictions, the highest first, or ranks, the lowest first.</summary>
    public required (string Header, bool IsRank) Order { get; init; }

    /// <summary>How figures are taken.</summary>
    public required Pipeline.Evaluation.EvaluationOptions Options { get; init; }

    /// <summary>How figures are written.</summary>
    public required FigureFormat Output { get; init; }
}

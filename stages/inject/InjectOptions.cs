using Pipeline.Hosting;
using Pipeline.Storage;

namespace Pipeline.Inject;

/// <summary>What the stage can be told.</summary>
internal sealed record InjectOptions
{
    private const string Scheme = "duckdb:";

    /// <summary>The database file; null for the one in the run's folder.</summary>
    public required string? DatabasePath { get; init; }

    public static InjectOptions Parse(OptionReader options)
    {
        string? target = options.OptionalText(
            "target", "URL", "The database: duckdb:PATH. Default: recommendations.duckdb in the run's folder.", decides: false);
        if (target is not null && (!target.StartsWith(Scheme, StringComparison.Ordinal) || target.Length == Scheme.Length))
            options.Mistake($"--target '{target}' is no database this stage knows: write duckdb:PATH.");
        return new InjectOptions { DatabasePath = target?[Scheme.Length..] };
    }

    /// <summary>The database file for a run.</summary>
    public string DatabaseFor(RunFolder run) => DatabasePath ?? run.Store.Describe("recommendations.duckdb");
}

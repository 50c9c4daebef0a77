using Pipeline.Contracts;
using Pipeline.Tables;

namespace Pipeline.Database;

/// <summary>A table of the database that holds the rows of several runs.</summary>
/// <param name="Name">Its name in the database.</param>
/// <param name="Source">Where its rows come from.</param>
/// <param name="Columns">Its columns besides <c>run_number</c>: those of the source and what the stage adds.</param>
/// <param name="Indexes">The columns of each index, by name.</param>
public sealed record LiveTable(string Name, DataSet Source, TableSchema Columns, IReadOnlyList<IReadOnlyList<string>> Indexes)
{
    /// <summary>The customer's list in eight bytes, to tell whether it changed; 0 for none. The stage's own, no consumer sees it.</summary>
    public static readonly Column ListDigest = new("list_digest", ColumnType.Int64);

    /// <summary>The lists.</summary>
    public static readonly LiveTable Recommendations = new(
        "recommendations", Contracts.Recommendations.DataSet, Contracts.Recommendations.Schema,
        [[Contracts.Recommendations.UserId.Name, Contracts.Recommendations.Rank.Name]]);

    /// <summary>Who may be mailed.</summary>
    public static readonly LiveTable Recipients = new(
        "recipients", Contracts.Recipients.DataSet,
        new TableSchema("live-recipients", Contracts.Recipients.Schema.Version, [.. Contracts.Recipients.Schema.Columns, ListDigest]),
        [[Contracts.Recipients.UserId.Name], [Contracts.Recipients.SubjectKey.Name]]);

    /// <summary>The catalogue.</summary>
    public static readonly LiveTable Products = new("products", Catalogue.DataSet, Catalogue.Schema, [[Catalogue.ItemId.Name]]);

    /// <summary>All of them, in the order they are filled.</summary>
    public static readonly IReadOnlyList<LiveTable> All = [Recommendations, Recipients, Products];

    /// <summary>The columns as a list for SQL.</summary>
    public string ColumnList { get; } = string.Join(", ", Columns.Columns.Select(c => Quote(c.Name)));

    internal static string Quote(string name) => $"\"{name}\"";

    /// <summary>A column as both databases declare it.</summary>
    internal static string Declare(Column column) => $"{Quote(column.Name)} {TypeOf(column)}{(column.Nullable ? "" : " NOT NULL")}";

    internal static string TypeOf(Column column) => column.Type switch
    {
        ColumnType.Int32 => "INTEGER",
        ColumnType.Int64 => "BIGINT",
        ColumnType.Double => "DOUBLE PRECISION",
        ColumnType.Boolean => "BOOLEAN",
        ColumnType.Text => "TEXT",
        ColumnType.Timestamp => "TIMESTAMPTZ",
        _ => throw new ArgumentOutOfRangeException(nameof(column), column.Type, "Unknown type."),
    };
}

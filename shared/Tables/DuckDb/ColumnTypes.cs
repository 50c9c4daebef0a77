namespace Pipeline.Tables.DuckDb;

/// <summary>How the types of columns and of DuckDB correspond.</summary>
internal static class ColumnTypes
{
    /// <summary>The type under which a column is written.</summary>
    public static DuckDbType ToDuckDb(ColumnType type) => type switch
    {
        ColumnType.Int32 => DuckDbType.Integer,
        ColumnType.Int64 => DuckDbType.BigInt,
        ColumnType.Double => DuckDbType.Double,
        ColumnType.Boolean => DuckDbType.Boolean,
        ColumnType.Text => DuckDbType.Varchar,
        // Not Timestamp: that is one without a zone, which other programs read as local time.
        ColumnType.Timestamp => DuckDbType.TimestampWithZone,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, null),
    };

    /// <summary>The type that a column of a file is read as, or null when no column type is like it.</summary>
    public static ColumnType? FromDuckDb(DuckDbType type) => type switch
    {
        DuckDbType.Integer => ColumnType.Int32,
        DuckDbType.BigInt => ColumnType.Int64,
        DuckDbType.Double => ColumnType.Double,
        DuckDbType.Boolean => ColumnType.Boolean,
        DuckDbType.Varchar => ColumnType.Text,
        DuckDbType.Timestamp or DuckDbType.TimestampWithZone or DuckDbType.TimestampSeconds or DuckDbType.TimestampMillis
            or DuckDbType.TimestampNanos => ColumnType.Timestamp,
        _ => null,
    };

    /// <summary>The expression that gives a column of a file in the unit in which it is read.</summary>
    public static string Select(string name, DuckDbType type) => type switch
    {
        DuckDbType.TimestampSeconds or DuckDbType.TimestampMillis or DuckDbType.TimestampNanos => $"{Sql.Name(name)}::TIMESTAMP",
        _ => Sql.Name(name),
    };
}

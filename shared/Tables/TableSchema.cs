using System.Collections.Immutable;

namespace Pipeline.Tables;

/// <summary>The types a column can have.</summary>
public enum ColumnType
{
    /// <summary>32-bit signed integer, <see cref="int"/> in memory.</summary>
    Int32,

    /// <summary>64-bit signed integer, <see cref="long"/> in memory.</summary>
    Int64,

    /// <summary>IEEE 754 binary64, <see cref="double"/> in memory.</summary>
    Double,

    /// <summary>True or false, <see cref="bool"/> in memory.</summary>
    Boolean,

    /// <summary>UTF-8 text, a <see cref="TextColumn"/> in memory.</summary>
    Text,

    /// <summary>Microseconds since 1970-01-01T00:00:00 UTC, <see cref="long"/> in memory.</summary>
    Timestamp,
}

/// <summary>A named, typed column. Written down once, in the contract of its table; batches are asked for it by this object.</summary>
/// <param name="Name">The name in the file, compared exactly.</param>
/// <param name="Type">The type in the file and in memory.</param>
/// <param name="Nullable">Whether a row may have no value here. A null in a column that is not nullable is refused on reading.</param>
/// <param name="IsSensitive">
/// Whether it tells of persons. No value may then stand anywhere but in its row: a file with such a column has no statistics, dictionaries,
/// Bloom filters or page indexes, for any column.
/// </param>
public sealed record Column(string Name, ColumnType Type, bool Nullable = false, bool IsSensitive = false);

/// <summary>The columns of a table with the contract's name and version. Immutable.</summary>
public sealed class TableSchema
{
    private readonly Column[] array;

    /// <summary>Creates a schema.</summary>
    /// <param name="name">Name of the contract, for example <c>interactions</c>.</param>
    /// <param name="version">Version of the contract, from 1. Raised when the meaning or the set of columns changes.</param>
    /// <param name="columns">The columns in file order; names are distinct.</param>
    /// <exception cref="ArgumentException">No columns, or two of the same name.</exception>
    public TableSchema(string name, int version, params ImmutableArray<Column> columns)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentOutOfRangeException.ThrowIfLessThan(version, 1);
        if (columns.IsDefaultOrEmpty || columns.Select(c => c.Name).Distinct(StringComparer.Ordinal).Count() != columns.Length)
            throw new ArgumentException($"The schema '{name}' needs at least one column and distinct names.", nameof(columns));
        Name = name;
        Version = version;
        Columns = columns;
        array = [.. columns];
    }

    /// <summary>Name of the contract.</summary>
    public string Name { get; }

    /// <summary>Version of the contract, from 1.</summary>
    public int Version { get; }

    /// <summary>The columns in file order.</summary>
    public ImmutableArray<Column> Columns { get; }

    /// <summary>Whether one of the columns is sensitive.</summary>
    public bool IsSensitive => Columns.Any(c => c.IsSensitive);

    /// <summary>Name and version as written into each file's metadata under <see cref="MetadataKey"/>, for example <c>interactions/1</c>.</summary>
    public string Contract => $"{Name}/{Version}";

    /// <summary>The metadata key of <see cref="Contract"/>.</summary>
    public const string MetadataKey = "contract";

    /// <summary>The same contract with only these columns, in this order: what a reader that needs no others passes.</summary>
    /// <exception cref="ArgumentException">A column that is not part of the schema.</exception>
    public TableSchema Select(params ImmutableArray<Column> columns)
    {
        foreach (Column column in columns)
            IndexOf(column);
        return new TableSchema(Name, Version, columns);
    }

    /// <summary>Position of a column. O(columns); ask once per batch, not per row.</summary>
    /// <exception cref="ArgumentException">A column that is not part of the schema.</exception>
    public int IndexOf(Column column)
    {
        // Nearly always it is the very object, which needs no comparison of names.
        Column[] all = array;
        for (int c = 0; c < all.Length; c++)
            if (ReferenceEquals(all[c], column))
                return c;
        int index = Columns.IndexOf(column);
        return index >= 0 ? index : throw new ArgumentException($"'{column.Name}' is not a column of {Contract}.", nameof(column));
    }
}

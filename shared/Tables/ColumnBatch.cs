namespace Pipeline.Tables;

/// <summary>
/// A block of rows held column by column: what readers fill and writers take. The caller owns it and uses it again and again;
/// nothing in it is valid after the next fill. Not thread-safe.
/// </summary>
public sealed class ColumnBatch
{
    /// <summary>Rows of a batch unless another capacity is asked for: large enough to hide the cost per call, small enough for the L2 cache.</summary>
    public const int DefaultCapacity = 65_536;

    private readonly Array?[] values;
    private readonly bool[]?[] nulls;
    private readonly TextColumn?[] texts;

    /// <summary>Allocates room for <paramref name="capacity"/> rows of every column of <paramref name="schema"/>.</summary>
    public ColumnBatch(TableSchema schema, int capacity = DefaultCapacity)
    {
        ArgumentNullException.ThrowIfNull(schema);
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        Schema = schema;
        Capacity = capacity;
        int columns = schema.Columns.Length;
        values = new Array?[columns];
        nulls = new bool[]?[columns];
        texts = new TextColumn?[columns];
        for (int c = 0; c < columns; c++)
        {
            nulls[c] = schema.Columns[c].Nullable ? new bool[capacity] : null;
            switch (schema.Columns[c].Type)
            {
                case ColumnType.Int32: values[c] = new int[capacity]; break;
                case ColumnType.Int64 or ColumnType.Timestamp: values[c] = new long[capacity]; break;
                case ColumnType.Double: values[c] = new double[capacity]; break;
                case ColumnType.Boolean: values[c] = new bool[capacity]; break;
                case ColumnType.Text: texts[c] = new TextColumn(capacity, nulls[c]); break;
                default: throw new ArgumentException($"Column '{schema.Columns[c].Name}' has an unknown type.", nameof(schema));
            }
        }
    }

    /// <summary>The columns, in order.</summary>
    public TableSchema Schema { get; }

    /// <summary>Most rows it can hold.</summary>
    public int Capacity { get; }

    /// <summary>Rows it holds now, 0 to <see cref="Capacity"/>.</summary>
    public int Count
    {
        get;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, Capacity);
            field = value;
        }
    }

    /// <summary>Whether another row would not fit.</summary>
    public bool IsFull => Count == Capacity;

    /// <summary>
    /// The values of a column that is not text, <see cref="Capacity"/> long; rows from <see cref="Count"/> on have no meaning, nor have
    /// the values of null rows.
    /// </summary>
    /// <typeparam name="T">The type in memory that <see cref="ColumnType"/> states.</typeparam>
    /// <exception cref="ArgumentException">Another type, a text column, or a column that is not in the schema.</exception>
    public Span<T> Values<T>(Column column) where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(column);
        return values[Schema.IndexOf(column)] as T[]
            ?? throw new ArgumentException($"Column '{column.Name}' is {column.Type}, not {typeof(T).Name}.", nameof(column));
    }

    /// <summary>The values of a text column.</summary>
    /// <exception cref="ArgumentException">A column of another type, or one that is not in the schema.</exception>
    public TextColumn Text(Column column)
    {
        ArgumentNullException.ThrowIfNull(column);
        return texts[Schema.IndexOf(column)] ?? throw new ArgumentException($"Column '{column.Name}' is {column.Type}, not Text.", nameof(column));
    }

    /// <summary>
    /// True where a row has no value, <see cref="Capacity"/> long. Whoever fills the batch sets every row's flag; for text
    /// <see cref="TextColumn"/> does it.
    /// </summary>
    /// <exception cref="ArgumentException">A column that is not nullable or not in the schema.</exception>
    public Span<bool> Nulls(Column column)
    {
        ArgumentNullException.ThrowIfNull(column);
        return nulls[Schema.IndexOf(column)] ?? throw new ArgumentException($"Column '{column.Name}' is not nullable.", nameof(column));
    }

    /// <summary>As the public method, by position: for engines, which go over all columns.</summary>
    internal Span<T> Values<T>(int column) where T : unmanaged => (T[])values[column]!;

    internal TextColumn? Text(int column) => texts[column];

    internal bool[]? Nulls(int column) => nulls[column];

    /// <summary>Adds rows of a batch that has the same columns.</summary>
    internal void Append(ColumnBatch source, int start, int length)
    {
        for (int c = 0; c < values.Length; c++)
        {
            if (texts[c] is { } text)
            {
                text.Append(source.texts[c]!, start, length);
                continue;
            }
            Array.Copy(source.values[c]!, start, values[c]!, Count, length);
            if (nulls[c] is { } flags)
                Array.Copy(source.nulls[c]!, start, flags, Count, length);
        }
        Count += length;
    }

    /// <summary>Empties the batch for the next rows.</summary>
    public void Clear()
    {
        Count = 0;
        foreach (TextColumn? text in texts)
            text?.Clear();
    }
}

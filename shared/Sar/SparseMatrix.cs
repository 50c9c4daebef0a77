namespace Pipeline.Sar;

/// <summary>
/// A matrix that stores only some of its cells, row after row (CSR): row <c>r</c> owns positions <c>Starts[r]</c> up to
/// <c>Starts[r + 1]</c> of the indices and values, its column indices rising. A cell that is not stored is 0; a stored cell may be 0
/// too, where being stored has a meaning of its own (a seen item, a co-occurrence). Immutable, safe to read from any thread.
/// </summary>
/// <remarks>Memory: 12 bytes a stored cell (index 4, value 8) and 8 a row. One matrix holds at most <see cref="MaxCells"/> cells.</remarks>
public sealed class SparseMatrix : ISimilarityRows
{
    private readonly long[] starts;
    private readonly int[] indices;
    private readonly double[] values;

    /// <summary>Checks and holds a matrix from its parts, without copying them: don't change the arrays afterwards. O(cells).</summary>
    /// <param name="starts">Where each row starts, and at the end the number of cells: <paramref name="rows"/> + 1 long, rising from 0.</param>
    /// <param name="indices">Column of each cell, rising within a row, without repeats.</param>
    /// <param name="values">Value of each cell, finite.</param>
    /// <param name="rows">Rows, 0 or more.</param>
    /// <param name="columns">Columns, 0 or more.</param>
    /// <exception cref="ArgumentException">The parts don't make a matrix; the message names the place.</exception>
    public SparseMatrix(long[] starts, int[] indices, double[] values, int rows, int columns)
        : this(starts, indices, values, columns)
    {
        ArgumentNullException.ThrowIfNull(starts);
        ArgumentNullException.ThrowIfNull(indices);
        ArgumentNullException.ThrowIfNull(values);
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        ArgumentOutOfRangeException.ThrowIfNegative(columns);
        if (starts.Length - 1L != rows || starts[0] != 0 || starts[rows] != indices.Length || values.Length != indices.Length)
            throw new ArgumentException($"The starts don't fit {rows} rows, {indices.Length} indices and {values.Length} values.", nameof(starts));
        for (int row = 0; row < rows; row++)
            CheckRow(row, columns, starts, indices, values);
    }

    private SparseMatrix(long[] starts, int[] indices, double[] values, int columns)
    {
        this.starts = starts;
        this.indices = indices;
        this.values = values;
        Columns = columns;
    }

    /// <summary>Most cells one matrix can hold: the longest array of the runtime, about 2.1 thousand million (26 GB).</summary>
    public static long MaxCells => Array.MaxLength;

    /// <summary>Rows of the matrix.</summary>
    public int Rows => starts.Length - 1;

    /// <summary>Columns of the matrix.</summary>
    public int Columns { get; }

    /// <summary>Stored cells.</summary>
    public long Count => indices.Length;

    /// <summary>Memory it takes, bytes: 12 a stored cell and 8 a row.</summary>
    public long Bytes => 12L * indices.Length + 8L * starts.Length;

    /// <summary>Where each row starts, <see cref="Rows"/> + 1 long; the last is <see cref="Count"/>.</summary>
    public ReadOnlySpan<long> Starts => starts;

    /// <summary>Column of each stored cell, <see cref="Count"/> long.</summary>
    public ReadOnlySpan<int> Indices => indices;

    /// <summary>Value of each stored cell, <see cref="Count"/> long, finite.</summary>
    public ReadOnlySpan<double> Values => values;

    /// <summary>Which cells are stored, without their values.</summary>
    internal Incidence Pattern => new(starts, indices, Columns);

    /// <summary>The stored cells of a row.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such row.</exception>
    public SparseRow Row(int row)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(row);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(row, Rows);
        int start = (int)starts[row], length = (int)(starts[row + 1] - starts[row]);
        return new SparseRow(indices.AsSpan(start, length), values.AsSpan(start, length));
    }

    /// <summary>Where the cell is stored in <see cref="Values"/>, or -1. O(log of the row's length).</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such row.</exception>
    public long Find(int row, int column)
    {
        int at = Row(row).Indices.BinarySearch(column);
        return at < 0 ? -1 : starts[row] + at;
    }

    /// <summary>The value of a cell, 0 if it is not stored. O(log of the row's length).</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such row.</exception>
    public double this[int row, int column] => Find(row, column) is >= 0 and var at ? values[at] : 0;

    /// <summary>A matrix whose parts are right by construction: not checked again.</summary>
    internal static SparseMatrix Trusted(long[] starts, int[] indices, double[] values, int columns) => new(starts, indices, values, columns);

    /// <summary>Another matrix with the same cells stored: starts and indices are shared, so it costs 8 bytes a cell.</summary>
    internal SparseMatrix WithValues(double[] others) => new(starts, indices, others, Columns);

    private static void CheckRow(int row, int columns, long[] starts, int[] indices, double[] values)
    {
        if (starts[row] > starts[row + 1] || starts[row + 1] > indices.Length)
            throw new ArgumentException($"Row {row} starts at {starts[row]} and ends at {starts[row + 1]}.", nameof(starts));
        int before = -1;
        for (long at = starts[row]; at < starts[row + 1]; at++)
        {
            if (indices[at] <= before || indices[at] >= columns)
                throw new ArgumentException($"Row {row}: column {indices[at]} after {before} does not rise below {columns}.", nameof(indices));
            if (!double.IsFinite(values[at]))
                throw new ArgumentException($"Row {row}, column {indices[at]}: {values[at]} is not finite.", nameof(values));
            before = indices[at];
        }
    }
}

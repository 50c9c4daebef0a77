using System.Text;

namespace Pipeline.Tables;

/// <summary>The UTF-8 texts of a column, end to end in one buffer, without a string per row. Filled in row order. Not thread-safe.</summary>
public sealed class TextColumn
{
    private readonly int[] ends;
    private readonly bool[]? nulls;
    private byte[] data;

    internal TextColumn(int capacity, bool[]? nulls)
    {
        this.nulls = nulls;
        ends = new int[capacity];
        data = new byte[capacity * 8];
    }

    /// <summary>Rows filled so far.</summary>
    public int Count { get; private set; }

    /// <summary>The text of a row as UTF-8; empty for a null row. Valid until the next change of the column.</summary>
    public ReadOnlySpan<byte> this[int row]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)row, (uint)Count);
            int start = row == 0 ? 0 : ends[row - 1];
            return data.AsSpan(start, ends[row] - start);
        }
    }

    /// <summary>Whether a row has no value.</summary>
    public bool IsNull(int row) => nulls is not null && nulls[row];

    /// <summary>The text of a row as a string, null for a null row.</summary>
    public string? GetString(int row) => IsNull(row) ? null : Encoding.UTF8.GetString(this[row]);

    /// <summary>Adds the next row's text, which must be valid UTF-8.</summary>
    public void Append(ReadOnlySpan<byte> utf8)
    {
        int start = Count == 0 ? 0 : ends[Count - 1];
        EnsureRoom(start, utf8.Length);
        utf8.CopyTo(data.AsSpan(start));
        Close(start + utf8.Length, isNull: false);
    }

    /// <summary>Adds the next row's text; null adds a null row.</summary>
    public void Append(string? text)
    {
        if (text is null)
        {
            AppendNull();
            return;
        }
        int start = Count == 0 ? 0 : ends[Count - 1];
        EnsureRoom(start, Encoding.UTF8.GetMaxByteCount(text.Length));
        Close(start + Encoding.UTF8.GetBytes(text, data.AsSpan(start)), isNull: false);
    }

    /// <summary>Adds a row without a value.</summary>
    /// <exception cref="InvalidOperationException">The column is not nullable.</exception>
    public void AppendNull()
    {
        if (nulls is null)
            throw new InvalidOperationException("A null was added to a text column that is not nullable.");
        Close(Count == 0 ? 0 : ends[Count - 1], isNull: true);
    }

    /// <summary>Removes all rows.</summary>
    public void Clear() => Count = 0;

    /// <summary>The texts of these rows, end to end, and where each ends, counted from the column's start.</summary>
    internal ReadOnlySpan<byte> Bytes(int start, int length, out ReadOnlySpan<int> rowEnds)
    {
        rowEnds = ends.AsSpan(start, length);
        int first = start == 0 ? 0 : ends[start - 1];
        return data.AsSpan(first, length == 0 ? 0 : rowEnds[^1] - first);
    }

    /// <summary>Adds rows of another column, with their null flags where this column has any.</summary>
    internal void Append(TextColumn source, int start, int length)
    {
        ReadOnlySpan<byte> bytes = source.Bytes(start, length, out ReadOnlySpan<int> sourceEnds);
        bytes.CopyTo(Reserve(bytes.Length, slack: 0, out int position));
        if (nulls is not null)
            source.nulls.AsSpan(start, length).CopyTo(nulls.AsSpan(Count));
        int shift = position - (start == 0 ? 0 : source.ends[start - 1]);
        Span<int> rowEnds = AddRows(length);
        for (int i = 0; i < length; i++)
            rowEnds[i] = sourceEnds[i] + shift;
    }

    /// <summary>
    /// Room for the bytes of the next rows, which begin at <paramref name="position"/> of the column, and for <paramref name="slack"/>
    /// bytes behind them that may be overwritten.
    /// </summary>
    internal Span<byte> Reserve(long bytes, int slack, out int position)
    {
        position = Count == 0 ? 0 : ends[Count - 1];
        EnsureRoom(position, bytes + slack);
        return data.AsSpan(position, (int)bytes + slack);
    }

    /// <summary>Adds rows whose ends the caller sets. The flags of null rows are the caller's too.</summary>
    internal Span<int> AddRows(int length)
    {
        Span<int> added = ends.AsSpan(Count, length);
        Count += length;
        return added;
    }

    private void Close(int end, bool isNull)
    {
        ends[Count] = end;
        if (nulls is not null)
            nulls[Count] = isNull;
        Count++;
    }

    private void EnsureRoom(int start, long length)
    {
        long needed = start + length;
        if (needed <= data.Length)
            return;
        if (needed > Array.MaxLength)
            throw new InvalidOperationException("A batch holds more than 2 GB of text in one column; use a smaller batch.");
        Array.Resize(ref data, (int)Math.Min(Array.MaxLength, Math.Max(needed, data.Length * 2L)));
    }
}

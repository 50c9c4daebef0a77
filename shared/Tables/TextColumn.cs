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

    private void Close(int end, bool isNull)
    {
        ends[Count] = end;
        if (nulls is not null)
            nulls[Count] = isNull;
        Count++;
    }

    private void EnsureRoom(int start, int length)
    {
        long needed = (long)start + length;
        if (needed <= data.Length)
            return;
        if (needed > Array.MaxLength)
            throw new InvalidOperationException("A batch holds more than 2 GB of text in one column; use a smaller batch.");
        Array.Resize(ref data, (int)Math.Min(Array.MaxLength, Math.Max(needed, data.Length * 2L)));
    }
}

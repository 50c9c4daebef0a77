namespace Pipeline.Tables.DuckDb;

/// <summary>A column of the chunk that was fetched last; it dies with the next fetch.</summary>
internal readonly unsafe ref struct Vector
{
    private readonly void* data;
    private readonly ulong* validity;
    private readonly int count;

    public Vector(nint vector, int count)
    {
        data = Native.duckdb_vector_get_data(vector);
        validity = Native.duckdb_vector_get_validity(vector);
        this.count = count;
    }

    /// <summary>The values in place; those of null rows have no meaning.</summary>
    public ReadOnlySpan<T> Values<T>() where T : unmanaged => new(data, count);

    public bool IsNull(int row) => validity != null && (validity[row >> 6] >> (row & 63) & 1) == 0;

    /// <summary>The bytes of a text or binary row.</summary>
    public ReadOnlySpan<byte> Bytes(int row)
    {
        NativeText* text = (NativeText*)data + row;
        return new(text->Length <= NativeText.MaxInside ? text->Inside : text->Pointer, (int)text->Length);
    }

    /// <summary>Whether one of the rows is null. O(rows / 64).</summary>
    public bool HasNull(int start, int length)
    {
        if (validity == null)
            return false;
        int row = start, end = start + length;
        while (row < end)
        {
            if ((row & 63) == 0 && row + 64 <= end)
            {
                if (validity[row >> 6] != ulong.MaxValue)
                    return true;
                row += 64;
            }
            else if (IsNull(row++))
            {
                return true;
            }
        }
        return false;
    }

    /// <summary>Sets a flag for each row: true where it is null.</summary>
    public void CopyNulls(int start, Span<bool> nulls)
    {
        if (!HasNull(start, nulls.Length))
        {
            nulls.Clear();
            return;
        }
        for (int i = 0; i < nulls.Length; i++)
            nulls[i] = IsNull(start + i);
    }

    /// <summary>Adds texts to a column whose flags of null rows are set already.</summary>
    public void CopyTexts(int start, int length, TextColumn target)
    {
        NativeText* texts = (NativeText*)data + start;
        long bytes = 0;
        for (int i = 0; i < length; i++)
            bytes += validity == null || !IsNull(start + i) ? texts[i].Length : 0;

        // Short texts are copied as 12 bytes whatever their length, which may write past the last one: room for that is asked for.
        Span<byte> room = target.Reserve(bytes, slack: NativeText.MaxInside, out int position);
        Span<int> ends = target.AddRows(length);
        fixed (byte* first = room)
        {
            byte* to = first;
            for (int i = 0; i < length; i++)
            {
                if (validity == null || !IsNull(start + i))
                {
                    NativeText* text = texts + i;
                    uint size = text->Length;
                    if (size <= NativeText.MaxInside)
                    {
                        *(ulong*)to = *(ulong*)text->Inside;
                        *(uint*)(to + 8) = *(uint*)(text->Inside + 8);
                    }
                    else
                    {
                        Buffer.MemoryCopy(text->Pointer, to, size, size);
                    }
                    to += size;
                }
                ends[i] = position + (int)(to - first);
            }
        }
    }
}

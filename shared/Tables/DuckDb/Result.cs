using System.Runtime.InteropServices;

namespace Pipeline.Tables.DuckDb;

/// <summary>The rows of a statement, chunk by chunk. Not thread-safe; to be disposed before its connection.</summary>
internal sealed unsafe class Result : IDisposable
{
    private NativeResult native;
    private nint prepared;
    private nint chunk;
    private bool ended;

    /// <summary>Takes over the prepared statement.</summary>
    public Result(nint prepared, NativeResult native)
    {
        this.prepared = prepared;
        this.native = native;
        fixed (NativeResult* result = &this.native)
        {
            int columns = (int)Native.duckdb_column_count(result);
            Names = new string[columns];
            Types = new DuckDbType[columns];
            for (int c = 0; c < columns; c++)
            {
                Names[c] = Marshal.PtrToStringUTF8(Native.duckdb_column_name(result, (ulong)c)) ?? "";
                Types[c] = Native.duckdb_column_type(result, (ulong)c);
            }
            RowsChanged = (long)Native.duckdb_rows_changed(result);
        }
    }

    public string[] Names { get; }

    public DuckDbType[] Types { get; }

    public long RowsChanged { get; }

    /// <summary>Rows of the current chunk.</summary>
    public int Count { get; private set; }

    /// <summary>A column of the current chunk.</summary>
    public Vector Column(int column) => new(Native.duckdb_data_chunk_get_vector(chunk, (ulong)column), Count);

    /// <summary>Goes to the next chunk that has rows; false at the end.</summary>
    /// <exception cref="DuckDbException">The statement failed.</exception>
    public bool ReadChunk()
    {
        ObjectDisposedException.ThrowIf(prepared == 0, this);
        // A stream that is fetched from once more after its end fails.
        if (ended)
            return false;
        do
        {
            ReleaseChunk();
            chunk = Native.duckdb_fetch_chunk(native);
            if (chunk == 0)
            {
                ended = true;
                // No chunk means the end or an error; only the message tells them apart.
                fixed (NativeResult* result = &native)
                    if (Native.duckdb_result_error(result) is var error and not 0)
                        throw DuckDbException.From(Marshal.PtrToStringUTF8(error));
                return false;
            }
            Count = (int)Native.duckdb_data_chunk_get_size(chunk);
        }
        while (Count == 0);
        return true;
    }

    /// <summary>Scale and stored type of a decimal column.</summary>
    public (int Scale, DuckDbType Storage) Decimal(int column)
    {
        fixed (NativeResult* result = &native)
        {
            nint type = Native.duckdb_column_logical_type(result, (ulong)column);
            try
            {
                return (Native.duckdb_decimal_scale(type), Native.duckdb_decimal_internal_type(type));
            }
            finally
            {
                Native.duckdb_destroy_logical_type(ref type);
            }
        }
    }

    public void Dispose()
    {
        if (prepared == 0)
            return;
        ReleaseChunk();
        fixed (NativeResult* result = &native)
            Native.duckdb_destroy_result(result);
        Native.duckdb_destroy_prepare(ref prepared);
        prepared = 0;
    }

    private void ReleaseChunk()
    {
        Count = 0;
        if (chunk != 0)
            Native.duckdb_destroy_data_chunk(ref chunk);
        chunk = 0;
    }
}

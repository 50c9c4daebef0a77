using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Pipeline.Tables.DuckDb;

/// <summary>Makes rows of batches the rows of a table function, which a statement on the same connection selects from.</summary>
internal sealed unsafe class TableSource : IDisposable
{
    /// <summary>The function's name: <c>SELECT * FROM table_source()</c>.</summary>
    public const string Name = "table_source";

    private readonly TableSchema schema;
    private readonly Func<RowRange?> next;
    private GCHandle self;

    /// <summary>Registers the function.</summary>
    /// <param name="connection">To be disposed before this is.</param>
    /// <param name="schema">The columns.</param>
    /// <param name="next">Gives the next rows, at most <see cref="ChunkRows"/>, or null at the end. Throwing fails the statement.</param>
    public TableSource(Connection connection, TableSchema schema, Func<RowRange?> next)
    {
        this.schema = schema;
        this.next = next;
        self = GCHandle.Alloc(this);
        nint function = Native.duckdb_create_table_function();
        try
        {
            Native.duckdb_table_function_set_name(function, Name);
            Native.duckdb_table_function_set_extra_info(function, GCHandle.ToIntPtr(self), 0);
            Native.duckdb_table_function_set_bind(function, &Bind);
            Native.duckdb_table_function_set_init(function, &Init);
            Native.duckdb_table_function_set_function(function, &Fill);
            connection.Register(function);
        }
        catch
        {
            self.Free();
            throw;
        }
        finally
        {
            Native.duckdb_destroy_table_function(ref function);
        }
    }

    /// <summary>Rows that DuckDB takes at a time.</summary>
    public static int ChunkRows { get; } = (int)Native.duckdb_vector_size();

    public void Dispose()
    {
        if (self.IsAllocated)
            self.Free();
    }

    // An exception that leaves one of the three below ends the process: they catch everything and make it the statement's error.

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Bind(nint info)
    {
        try
        {
            foreach (Column column in From(Native.duckdb_bind_get_extra_info(info)).schema.Columns)
            {
                nint type = Native.duckdb_create_logical_type(ColumnTypes.ToDuckDb(column.Type));
                Native.duckdb_bind_add_result_column(info, column.Name, type);
                Native.duckdb_destroy_logical_type(ref type);
            }
        }
        catch (Exception e)
        {
            Native.duckdb_bind_set_error(info, e.Message);
        }
    }

    // One thread: the order of the rows is the order of the batches.
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Init(nint info) => Native.duckdb_init_set_max_threads(info, 1);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Fill(nint info, nint chunk)
    {
        try
        {
            From(Native.duckdb_function_get_extra_info(info)).Fill(chunk);
        }
        catch (Exception e)
        {
            Native.duckdb_function_set_error(info, e.Message);
        }
    }

    private static TableSource From(nint handle) => (TableSource)GCHandle.FromIntPtr(handle).Target!;

    private void Fill(nint chunk)
    {
        if (next() is not { } rows)
        {
            Native.duckdb_data_chunk_set_size(chunk, 0);
            return;
        }
        for (int c = 0; c < schema.Columns.Length; c++)
        {
            nint vector = Native.duckdb_data_chunk_get_vector(chunk, (ulong)c);
            void* data = Native.duckdb_vector_get_data(vector);
            ReadOnlySpan<bool> nulls = rows.Batch.Nulls(c) is { } flags ? flags.AsSpan(rows.Start, rows.Count) : default;
            switch (schema.Columns[c].Type)
            {
                case ColumnType.Int32: Copy<int>(rows, c, data); break;
                case ColumnType.Int64 or ColumnType.Timestamp: Copy<long>(rows, c, data); break;
                case ColumnType.Double: Copy<double>(rows, c, data); break;
                case ColumnType.Boolean: Copy<bool>(rows, c, data); break;
                case ColumnType.Text: CopyTexts(rows, rows.Batch.Text(c)!, vector, (NativeText*)data); break;
            }
            if (nulls.Contains(true))
                SetNulls(vector, nulls);
        }
        Native.duckdb_data_chunk_set_size(chunk, (ulong)rows.Count);
    }

    private static void Copy<T>(RowRange rows, int column, void* data) where T : unmanaged =>
        rows.Batch.Values<T>(column).Slice(rows.Start, rows.Count).CopyTo(new Span<T>(data, rows.Count));

    private static void CopyTexts(RowRange rows, TextColumn column, nint vector, NativeText* texts)
    {
        ReadOnlySpan<byte> bytes = column.Bytes(rows.Start, rows.Count, out ReadOnlySpan<int> ends);
        int shift = rows.Count == 0 ? 0 : ends[^1] - bytes.Length;
        int start = 0;
        fixed (byte* first = bytes)
        {
            for (int i = 0; i < rows.Count; i++)
            {
                int length = ends[i] - shift - start;
                if (length <= NativeText.MaxInside)
                {
                    // The bytes behind a short text have to be zero: DuckDB compares all sixteen.
                    NativeText text = default;
                    text.Length = (uint)length;
                    new ReadOnlySpan<byte>(first + start, length).CopyTo(new Span<byte>(text.Inside, length));
                    texts[i] = text;
                }
                else
                {
                    Native.duckdb_vector_assign_string_element_len(vector, (ulong)i, first + start, (ulong)length);
                }
                start += length;
            }
        }
    }

    private static void SetNulls(nint vector, ReadOnlySpan<bool> nulls)
    {
        Native.duckdb_vector_ensure_validity_writable(vector);
        ulong* validity = Native.duckdb_vector_get_validity(vector);
        for (int i = 0; i < nulls.Length; i++)
            if (nulls[i])
                validity[i >> 6] &= ~(1UL << (i & 63));
    }
}

/// <summary>Some rows of a batch.</summary>
internal readonly record struct RowRange(ColumnBatch Batch, int Start, int Count);

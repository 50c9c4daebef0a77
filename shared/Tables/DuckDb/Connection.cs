using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Pipeline.Tables.DuckDb;

/// <summary>A database with its only connection. Not thread-safe, except that any thread may interrupt at any time.</summary>
internal sealed unsafe class Connection : IDisposable
{
    private readonly Lock gate = new();
    private nint database;
    private nint connection;

    private Connection(nint database, nint connection)
    {
        this.database = database;
        this.connection = connection;
    }

    /// <summary>
    /// Opens a database file, or one in memory when the path is null. With <paramref name="onlyFiles"/> it may touch these files and
    /// nothing else outside. No extension is ever loaded or fetched, the time zone is UTC, and no statement can change any of this.
    /// </summary>
    /// <exception cref="DuckDbException">The file cannot be opened, or the library is missing.</exception>
    public static Connection Open(string? path, DuckDbOptions options, bool readOnly = false, string[]? onlyFiles = null)
    {
        Connection opened;
        try
        {
            opened = OpenUnrestricted(path, options, readOnly);
        }
        catch (DllNotFoundException missing)
        {
            throw new DuckDbException(DuckDbFault.File, "The DuckDB library does not lie beside the program: build it again.", missing);
        }
        try
        {
            opened.Execute("SET TimeZone = 'UTC'");
            if (onlyFiles is not null)
            {
                opened.Execute($"SET allowed_paths = [{string.Join(", ", onlyFiles.Select(Sql.Literal))}]");
                opened.Execute("SET enable_external_access = false");
            }
            opened.Execute("SET lock_configuration = true");
            return opened;
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }

    public static string LibraryVersion => Marshal.PtrToStringUTF8(Native.duckdb_library_version()) ?? "";

    /// <summary>Runs every statement of the text; arguments go with a single one only. Returns the rows that the last one changed.</summary>
    public long Execute(string sql, params ReadOnlySpan<object?> args)
    {
        using Result result = Run(sql, args, streaming: false);
        return result.RowsChanged;
    }

    /// <summary>Runs every statement of the text and gives the rows of the last one, materialised.</summary>
    public Result Query(string sql, params ReadOnlySpan<object?> args) => Run(sql, args, streaming: false);

    /// <summary>Runs a statement and gives its rows as they are made. The next statement on this connection ends it.</summary>
    public Result Stream(string sql, params ReadOnlySpan<object?> args) => Run(sql, args, streaming: true);

    /// <summary>Stops the statement that runs now, if one does. Thread-safe, also against disposal.</summary>
    public void Interrupt()
    {
        lock (gate)
            if (connection != 0)
                Native.duckdb_interrupt(connection);
    }

    public void Register(nint tableFunction)
    {
        if (Native.duckdb_register_table_function(connection, tableFunction) != Native.Success)
            throw new DuckDbException(DuckDbFault.Statement, "DuckDB refused the table function.");
    }

    public void Dispose()
    {
        lock (gate)
        {
            if (connection != 0)
                Native.duckdb_disconnect(ref connection);
            connection = 0;
        }
        if (database != 0)
            Native.duckdb_close(ref database);
        database = 0;
    }

    private static Connection OpenUnrestricted(string? path, DuckDbOptions options, bool readOnly)
    {
        nint config = 0, database = 0, error = 0;
        try
        {
            if (Native.duckdb_create_config(out config) != Native.Success)
                throw new DuckDbException(DuckDbFault.OutOfMemory, "DuckDB could not be set up.");
            Set("memory_limit", options.MemoryLimit);
            Set("threads", options.Threads.ToString(CultureInfo.InvariantCulture));
            // One for each, since the names of the files within are always the same. The library makes it when it is needed.
            Set("temp_directory", Path.Combine(Path.GetFullPath(options.TempDirectory), $"duckdb-{Guid.NewGuid():N}"));
            Set("autoinstall_known_extensions", "false");
            Set("autoload_known_extensions", "false");
            Set("allow_community_extensions", "false");
            if (readOnly)
                Set("access_mode", "READ_ONLY");

            if (Native.duckdb_open_ext(path, out database, config, out error) != Native.Success)
                throw DuckDbException.From(Marshal.PtrToStringUTF8(error));
            if (Native.duckdb_connect(database, out nint connection) != Native.Success)
            {
                Native.duckdb_close(ref database);
                throw new DuckDbException(DuckDbFault.OutOfMemory, "DuckDB could not open a connection.");
            }
            return new Connection(database, connection);
        }
        finally
        {
            if (error != 0)
                Native.duckdb_free(error);
            if (config != 0)
                Native.duckdb_destroy_config(ref config);
        }

        void Set(string name, string value)
        {
            if (Native.duckdb_set_config(config, name, value) != Native.Success)
                throw new DuckDbException(DuckDbFault.Statement, $"DuckDB does not accept '{value}' for {name}.");
        }
    }

    private Result Run(string sql, ReadOnlySpan<object?> args, bool streaming)
    {
        ObjectDisposedException.ThrowIf(connection == 0, this);
        // The text goes to C, which would take what stands before the zero for the whole.
        if (sql.Contains('\0', StringComparison.Ordinal))
            throw new ArgumentException("A statement cannot contain the character U+0000.", nameof(sql));
        nint statements = 0;
        try
        {
            ulong count = Native.duckdb_extract_statements(connection, sql, out statements);
            if (count == 0)
            {
                nint error = Native.duckdb_extract_statements_error(statements);
                throw error == 0
                    ? new ArgumentException("There is no statement in the text.", nameof(sql))
                    : DuckDbException.From(Marshal.PtrToStringUTF8(error));
            }
            if (count > 1 && args.Length > 0)
                throw new ArgumentException("Arguments go with a single statement only.", nameof(args));
            for (ulong i = 0; i < count - 1; i++)
                RunOne(statements, i, [], streaming: false).Dispose();
            return RunOne(statements, count - 1, args, streaming);
        }
        finally
        {
            Native.duckdb_destroy_extracted(ref statements);
        }
    }

    private Result RunOne(nint statements, ulong index, ReadOnlySpan<object?> args, bool streaming)
    {
        nint prepared = 0;
        NativeResult native = default;
        try
        {
            if (Native.duckdb_prepare_extracted_statement(connection, statements, index, out prepared) != Native.Success)
                throw DuckDbException.From(Marshal.PtrToStringUTF8(Native.duckdb_prepare_error(prepared)));
            if (Native.duckdb_nparams(prepared) != (ulong)args.Length)
                throw new ArgumentException(
                    $"The statement has {Native.duckdb_nparams(prepared)} parameters, {args.Length} arguments were given.", nameof(args));
            for (int i = 0; i < args.Length; i++)
                if (Bind(prepared, (ulong)i + 1, args[i]) != Native.Success)
                    throw DuckDbException.From(Marshal.PtrToStringUTF8(Native.duckdb_prepare_error(prepared)));

            int state = streaming
                ? Native.duckdb_execute_prepared_streaming(prepared, &native)
                : Native.duckdb_execute_prepared(prepared, &native);
            if (state != Native.Success)
                throw DuckDbException.From(Marshal.PtrToStringUTF8(Native.duckdb_result_error(&native)));
            return new Result(prepared, native);
        }
        catch
        {
            Native.duckdb_destroy_result(&native);
            Native.duckdb_destroy_prepare(ref prepared);
            throw;
        }
    }

    private static int Bind(nint prepared, ulong index, object? value)
    {
        switch (value)
        {
            case null: return Native.duckdb_bind_null(prepared, index);
            case bool b: return Native.duckdb_bind_boolean(prepared, index, b);
            case int or long or short or byte or sbyte or ushort or uint:
                return Native.duckdb_bind_int64(prepared, index, Convert.ToInt64(value, CultureInfo.InvariantCulture));
            case double or float:
                return Native.duckdb_bind_double(prepared, index, Convert.ToDouble(value, CultureInfo.InvariantCulture));
            case DateTimeOffset time: return Native.duckdb_bind_timestamp_tz(prepared, index, Micros(time.UtcDateTime));
            case DateTime { Kind: DateTimeKind.Utc } time: return Native.duckdb_bind_timestamp_tz(prepared, index, Micros(time));
            case string text:
                byte[] utf8 = Encoding.UTF8.GetBytes(text);
                fixed (byte* data = utf8)
                    return Native.duckdb_bind_varchar_length(prepared, index, data, (ulong)utf8.Length);
            case byte[] bytes:
                fixed (byte* data = bytes)
                    return Native.duckdb_bind_blob(prepared, index, data, (ulong)bytes.Length);
            default:
                throw new ArgumentException(
                    $"An argument of type {value.GetType().Name} cannot be passed: null, bool, integers to 64 bits, double, string, "
                    + "byte[], DateTimeOffset and DateTime in UTC can.", nameof(value));
        }
    }

    private static long Micros(DateTime utc) => (utc - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
}

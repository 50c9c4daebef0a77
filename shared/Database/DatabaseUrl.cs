using Npgsql;

namespace Pipeline.Database;

/// <summary>Which database: <c>postgresql://USER@HOST:PORT/DATABASE</c> or <c>duckdb:PATH</c>. Never holds a password. Immutable.</summary>
public sealed class DatabaseUrl
{
    /// <summary>What a URL must look like, for messages.</summary>
    public const string Form = "write postgresql://USER@HOST:PORT/DATABASE or duckdb:PATH";

    private const string DuckDbScheme = "duckdb:";
    private const int DefaultPort = 5432;

    private readonly string text;

    private DatabaseUrl(string text) => this.text = text;

    /// <summary>The file of an embedded database; null for a server.</summary>
    public string? FilePath { get; private init; }

    /// <summary>The server's part; null for an embedded database.</summary>
    internal ServerAddress? Server { get; private init; }

    /// <summary>The embedded database in a file.</summary>
    public static DatabaseUrl OfFile(string path) => new(DuckDbScheme + path) { FilePath = path };

    /// <summary>Reads a URL.</summary>
    /// <exception cref="FormatException">It is none; the message ends a sentence that names the option, and repeats no password.</exception>
    public static DatabaseUrl Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.StartsWith(DuckDbScheme, StringComparison.Ordinal) && text.Length > DuckDbScheme.Length)
            return OfFile(text[DuckDbScheme.Length..]);
        if (!text.StartsWith("postgresql://", StringComparison.Ordinal) && !text.StartsWith("postgres://", StringComparison.Ordinal))
            throw new FormatException($"is no database this stage knows: {Form}");
        if (!Uri.TryCreate(text, UriKind.Absolute, out Uri? uri))
            throw new FormatException($"is no URL: {Form}");
        if (uri.UserInfo.Contains(':', StringComparison.Ordinal))
            throw PasswordInside();
        string database = Uri.UnescapeDataString(uri.AbsolutePath.TrimStart('/'));
        if (uri.Host.Length == 0 || database.Length == 0 || database.Contains('/', StringComparison.Ordinal) || uri.Fragment.Length > 0)
            throw new FormatException($"must name a host and one database: {Form}");
        (SslMode mode, string? certificate) = ReadQuery(uri.Query);
        string user = Uri.UnescapeDataString(uri.UserInfo);
        var server = new ServerAddress(uri.IdnHost, uri.Port < 0 ? DefaultPort : uri.Port, database, user.Length == 0 ? null : user, mode, certificate);
        return new DatabaseUrl($"postgresql://{(user.Length == 0 ? "" : user + "@")}{uri.Host}:{server.Port}/{database}") { Server = server };
    }

    /// <summary>The database for messages.</summary>
    public override string ToString() => FilePath ?? text;

    private static (SslMode Mode, string? Certificate) ReadQuery(string query)
    {
        SslMode mode = SslMode.Prefer;
        string? certificate = null;
        foreach (string pair in query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            int sign = pair.IndexOf('=', StringComparison.Ordinal);
            string name = sign < 0 ? pair : pair[..sign], value = sign < 0 ? "" : Uri.UnescapeDataString(pair[(sign + 1)..]);
            switch (name)
            {
                case "password" or "passfile":
                    throw PasswordInside();
                case "sslmode" when Enum.TryParse(value.Replace("-", "", StringComparison.Ordinal), ignoreCase: true, out mode):
                    break;
                case "sslrootcert" when value.Length > 0:
                    certificate = value;
                    break;
                default:
                    throw new FormatException($"has the unknown or faulty parameter '{name}': known are sslmode and sslrootcert");
            }
        }
        return (mode, certificate);
    }

    private static FormatException PasswordInside() => new(
        "holds a password, which everybody who lists processes can read: leave it out and give it by --password-file, PIPELINE_DATABASE_SECRET or PGPASSWORD");
}

/// <summary>Where a server is and which of its databases is meant.</summary>
internal sealed record ServerAddress(string Host, int Port, string Database, string? User, SslMode SslMode, string? RootCertificate);

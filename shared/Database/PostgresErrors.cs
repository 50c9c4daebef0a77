using System.Net.Sockets;
using System.Security.Authentication;
using Npgsql;
using Pipeline.Hosting;

namespace Pipeline.Database;

/// <summary>The one place that says what a failure of PostgreSQL means: a sentence, an exit code, and whether the same again may succeed soon.</summary>
internal static class PostgresErrors
{
    /// <summary>Whether an exception is one that <see cref="Translate(Exception, DatabaseUrl)"/> knows.</summary>
    public static bool IsOurs(Exception exception) => exception is NpgsqlException or TimeoutException or SocketException or IOException or ObjectDisposedException;

    /// <summary>The failure in a sentence. Values of rows are in none: the server puts them into the detail, which is not asked for.</summary>
    public static StageException Translate(Exception exception, DatabaseUrl url) => exception switch
    {
        PostgresException error => Translate(error, url),
        // The driver has no other mark for it than its words.
        NpgsqlException when exception.Message.StartsWith("No password", StringComparison.Ordinal) => new StageException(
            ExitCode.Usage, $"The database '{url}' asks for a password.", "Give it by --password-file, PIPELINE_DATABASE_SECRET or PGPASSWORD.", exception),
        { InnerException: AuthenticationException } => new StageException(
            ExitCode.Usage, $"The certificate of the database '{url}' was refused: {Reason(exception)}", "Name the right one by ?sslrootcert=FILE, or another sslmode.", exception),
        _ => Unavailable($"The connection to the database '{url}' failed or was lost: {Reason(exception)}", exception, isTransient: true),
    };

    private static StageException Translate(PostgresException e, DatabaseUrl url)
    {
        string place = $"The database '{url}'";
        switch (e.SqlState)
        {
            case PostgresErrorCodes.InvalidPassword:
                return Usage($"{place} refused the password.", "Correct it in --password-file, PIPELINE_DATABASE_SECRET or PGPASSWORD.");
            case PostgresErrorCodes.InvalidAuthorizationSpecification:
                return Usage($"{place} refused the user: {e.MessageText}.", "Name a user that may log in there.");
            case PostgresErrorCodes.InvalidCatalogName:
                return Usage($"{place} does not exist on its server.", "Create it, or name another with --target.");
            case PostgresErrorCodes.InsufficientPrivilege:
                return Usage($"{place} refused: {e.MessageText}.", "The user needs CREATE on the database, or must own the schema; see the README of inject.");
            case PostgresErrorCodes.ReadOnlySqlTransaction:
                return Usage($"{place} is read-only.", "Name the primary server, not a replica.");
            case PostgresErrorCodes.CharacterNotInRepertoire or PostgresErrorCodes.UntranslatableCharacter:
                return new StageException(ExitCode.InputRefused, $"{place} cannot hold a character of the rows: {e.MessageText}.", "Use a database with the encoding UTF8.", e);
            case PostgresErrorCodes.DiskFull:
                return Unavailable($"{place} has no room left on its disk.", e, isTransient: false, "Make room, then start again.");
            case PostgresErrorCodes.QueryCanceled:
                return Unavailable($"{place} did not answer in time: {e.MessageText}.", e, isTransient: false);
            case PostgresErrorCodes.LockNotAvailable:
                return Unavailable($"{place} is kept busy by another user of its tables: {e.MessageText}.", e, isTransient: false);
            default:
                // Lost connections, shutdowns, conflicts and too many connections pass; want of memory and faults of the system may not.
                bool isPassing = e.SqlState.StartsWith("08", StringComparison.Ordinal) || e.SqlState.StartsWith("57P", StringComparison.Ordinal)
                    || e.SqlState is PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.TooManyConnections;
                bool isOutside = isPassing || e.SqlState.StartsWith("53", StringComparison.Ordinal) || e.SqlState.StartsWith("58", StringComparison.Ordinal);
                return isOutside
                    ? Unavailable($"{place} is not available: {e.MessageText}.", e, isPassing)
                    : new StageException(ExitCode.Unexpected, $"{place} failed: {e.MessageText} ({e.SqlState}).", "This is a bug: please report it.", e);
        }

        StageException Usage(string message, string hint) => new(ExitCode.Usage, message, hint, e);
    }

    private static StageException Unavailable(string message, Exception cause, bool isTransient, string? hint = null) =>
        new(ExitCode.Unavailable, message, hint, cause) { IsTransient = isTransient };

    private static string Reason(Exception exception)
    {
        Exception inner = exception;
        while (inner.InnerException is { } next)
            inner = next;
        return inner.Message.Split('\n')[0].TrimEnd('.') + ".";
    }
}

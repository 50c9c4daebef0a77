using System.Text.Json;
using Pipeline.Hosting;

namespace Pipeline.Database;

/// <summary>The password for a database server, and the user it belongs to where the secret names one. Never printed.</summary>
public sealed class DatabaseSecret
{
    /// <summary>The variable a task's secret is put into: the password, or the JSON of a secrets manager.</summary>
    public const string Variable = "PIPELINE_DATABASE_SECRET";

    private const string PostgresVariable = "PGPASSWORD";

    /// <summary>No password at all, for servers that ask for none.</summary>
    public static readonly DatabaseSecret None = new(null, null);

    private DatabaseSecret(string? user, string? password)
    {
        User = user;
        Password = password;
    }

    internal string? User { get; }

    internal string? Password { get; }

    /// <summary>Finds the secret: in the file, else in <see cref="Variable"/>, else in PGPASSWORD, else there is none.</summary>
    /// <param name="file">A file with the password, or with JSON such as <c>{"username":"inject","password":"..."}</c>; null for none.</param>
    /// <exception cref="StageException"><see cref="ExitCode.Usage"/>: the file cannot be read, or the JSON has no password.</exception>
    public static DatabaseSecret Find(string? file)
    {
        if (file is not null)
            return Parse(Read(file), $"--password-file '{file}'");
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } secret)
            return Parse(secret, Variable);
        return Environment.GetEnvironmentVariable(PostgresVariable) is { Length: > 0 } password ? new DatabaseSecret(null, password) : None;
    }

    private static string Read(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StageException(ExitCode.Usage, $"--password-file '{file}' cannot be read: it is missing or not readable for this user.", cause: e);
        }
    }

    private static DatabaseSecret Parse(string text, string place)
    {
        string trimmed = text.TrimEnd('\r', '\n');
        if (trimmed.Length == 0)
            throw new StageException(ExitCode.Usage, $"{place} is empty: it must hold a password.");
        if (!trimmed.TrimStart().StartsWith('{'))
            return new DatabaseSecret(null, trimmed);
        try
        {
            using JsonDocument json = JsonDocument.Parse(trimmed);
            if (TextOf(json.RootElement, "password") is { Length: > 0 } password)
                return new DatabaseSecret(TextOf(json.RootElement, "username"), password);
        }
        catch (JsonException)
        {
            // Neither the text nor the place of the fault is repeated: it is a secret.
        }
        throw new StageException(ExitCode.Usage, $"{place} is no JSON with a \"password\": write the password alone, or {{\"username\": ..., \"password\": ...}}.");
    }

    private static string? TextOf(JsonElement json, string name) =>
        json.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}

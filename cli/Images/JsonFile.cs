using System.Text.Json;
using Pipeline.Hosting;

namespace Pipeline.Cli.Images;

/// <summary>A JSON file of the checkout.</summary>
internal static class JsonFile
{
    /// <summary>Reads it whole.</summary>
    /// <exception cref="StageException"><see cref="ExitCode.Usage"/>: it cannot be read, or is no JSON.</exception>
    public static JsonDocument Read(string path)
    {
        try
        {
            return JsonDocument.Parse(File.ReadAllBytes(path));
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new StageException(ExitCode.Usage, $"'{path}' cannot be read: {e.Message}", "Name a stage, and the checkout with --sources.");
        }
    }
}

using Pipeline.Hosting;

namespace Pipeline.Cli.Report;

/// <summary>A report in a file that somebody named.</summary>
internal static class ReportFile
{
    /// <summary>Writes it; it appears under its name only when it is whole.</summary>
    /// <exception cref="StageException">It cannot be written.</exception>
    public static void Write(string path, byte[] page)
    {
        string unfinished = path + ".partial";
        try
        {
            File.WriteAllBytes(unfinished, page);
            File.Move(unfinished, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StageException(ExitCode.Usage, $"'{path}' cannot be written: {e.Message}", cause: e);
        }
    }
}

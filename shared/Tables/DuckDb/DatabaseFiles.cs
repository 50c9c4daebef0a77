namespace Pipeline.Tables.DuckDb;

/// <summary>
/// The database files this process has open. The lock DuckDB takes is the operating system's, which on Linux does not keep a process
/// from opening a file twice; two engines on one file would destroy it. Thread-safe.
/// </summary>
internal static class DatabaseFiles
{
    private static readonly Lock Gate = new();

    // Readers of a file; -1 for a writer.
    private static readonly Dictionary<string, int> Open = new(
        OperatingSystem.IsWindows() || OperatingSystem.IsMacOS() ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal);

    /// <summary>Claims a file until the claim is disposed.</summary>
    /// <exception cref="DuckDbException">The file is open already.</exception>
    public static IDisposable Claim(string path, bool readOnly)
    {
        string file = (File.Exists(path) ? File.ResolveLinkTarget(path, returnFinalTarget: true) : null)?.FullName ?? path;
        lock (Gate)
        {
            int users = Open.GetValueOrDefault(file);
            if (users != 0 && !(readOnly && users > 0))
                throw new DuckDbException(DuckDbFault.Locked, $"The database '{path}' is open already in this process: close it first.");
            Open[file] = readOnly ? users + 1 : -1;
        }
        return new Held(file);
    }

    private sealed class Held(string file) : IDisposable
    {
        private bool released;

        public void Dispose()
        {
            lock (Gate)
            {
                if (released)
                    return;
                released = true;
                int left = Math.Max(Open[file] - 1, 0);
                if (left == 0)
                    Open.Remove(file);
                else
                    Open[file] = left;
            }
        }
    }
}

using Pipeline.Storage;

namespace Pipeline.Hosting;

/// <summary>
/// The input files that lie in S3: named while the options are read, each with the path its copy will have, copied before the work and removed after
/// it. A stage sees local paths only.
/// </summary>
internal sealed class InputCopies : IDisposable
{
    private readonly SortedDictionary<string, RemoteFile> files = new(StringComparer.Ordinal);

    /// <summary>How many there are.</summary>
    public int Count => files.Count;

    /// <summary>Where a file will be: itself, or its copy where it lies in S3.</summary>
    public string PathOf(string file)
    {
        if (!RemoteFile.IsRemote(file))
            return file;
        if (!files.TryGetValue(file, out RemoteFile? copy))
            files.Add(file, copy = RemoteFile.At(file));
        return copy.Path;
    }

    /// <summary>Copies the files.</summary>
    /// <returns>Bytes of all copies.</returns>
    public async Task<long> DownloadAsync(CancellationToken cancellation)
    {
        foreach (RemoteFile file in files.Values)
            await file.DownloadAsync(cancellation).ConfigureAwait(false);
        return files.Values.Sum(file => new FileInfo(file.Path).Length);
    }

    /// <summary>A text in which each copy is called by the name of the file it was made of, for people know that only.</summary>
    public string Describe(string text) => files.Values.Aggregate(text, (t, file) => t.Replace(file.Path, file.Location, StringComparison.Ordinal));

    /// <summary>Removes the copies.</summary>
    public void Dispose()
    {
        foreach (RemoteFile file in files.Values)
            file.Dispose();
    }
}

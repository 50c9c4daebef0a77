namespace Pipeline.Cli.Generate;

/// <summary>
/// The files of one generated folder, written under temporary names (<c>.name.partial</c>) and renamed together by
/// <see cref="Commit"/>. A killed generator leaves no half file under a final name; the next one overwrites the leftovers.
/// </summary>
/// <remarks>The partial files are opened for this process alone: a second generator into the same folder fails at once.</remarks>
internal sealed class OutputFiles : IDisposable
{
    private readonly string directory;
    private readonly List<(string Name, Utf8Csv Csv)> files = [];
    private bool committed;

    /// <summary>Creates <paramref name="directory"/> where it is missing.</summary>
    public OutputFiles(string directory)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(directory);
        this.directory = directory;
        Directory.CreateDirectory(directory);
    }

    /// <summary>Starts a file with its header line.</summary>
    public Utf8Csv Create(string name, params ReadOnlySpan<string> header)
    {
        var file = new FileStream(PartialPath(name), FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        var csv = new Utf8Csv(file);
        files.Add((name, csv));
        foreach (string column in header)
            csv.Text(column);
        csv.EndLine();
        return csv;
    }

    /// <summary>Completes all files, then gives them their final names, replacing older ones.</summary>
    public void Commit()
    {
        foreach (var (_, csv) in files)
        {
            csv.Flush();
            csv.Dispose();
        }

        foreach (var (name, _) in files)
            File.Move(PartialPath(name), Path.Combine(directory, name), overwrite: true);
        committed = true;
    }

    /// <summary>Without <see cref="Commit"/>, deletes what was written.</summary>
    public void Dispose()
    {
        foreach (var (name, csv) in files)
        {
            csv.Dispose();
            if (!committed)
                File.Delete(PartialPath(name));
        }
    }

    private string PartialPath(string name) => Path.Combine(directory, $".{name}.partial");
}

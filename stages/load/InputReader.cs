using Microsoft.Extensions.Logging;
using Pipeline.Hosting;
using Pipeline.Records;

namespace Pipeline.Load;

/// <summary>The records of an input's files, one file after the other, with the progress over all of them.</summary>
internal sealed class InputReader : IDisposable
{
    private const int RecordsPerReport = 4096;

    private readonly RecordFiles files;
    private readonly RecordSettings settings;
    private readonly IReadOnlyList<RecordColumn> columns;
    private readonly string option;
    private readonly StageContext stage;
    private RecordSource? source;
    private int next;
    private long bytesBefore;
    private long records;

    public InputReader(
        string step, RecordFiles files, RecordSettings settings, IReadOnlyList<RecordColumn> columns, string option, StageContext stage)
    {
        this.files = files;
        this.settings = settings;
        this.columns = columns;
        this.option = option;
        this.stage = stage;
        if (files.Ignored.Count > 0)
            stage.Log.LogInformation("ignored in '{input}': {ignored}", files.Text, string.Join(", ", files.Ignored));
        stage.Progress.Start(step, files.Files.Sum(f => new FileInfo(f.Path).Length), "bytes");
    }

    /// <summary>The file that is being read.</summary>
    public RecordSource Source => source!;

    /// <summary>Opens every file and closes it again: what is wrong with the last one's header need not wait until those before it are read.</summary>
    public static void CheckHeaders(RecordFiles files, RecordSettings settings, IReadOnlyList<RecordColumn> columns, string option)
    {
        foreach (RecordFile file in files.Files)
            RecordSource.Open(file.Path, settings, columns, option).Dispose();
    }

    /// <summary>Goes to the next record, of the next file where one is at its end.</summary>
    /// <returns>False at the end of the last file.</returns>
    public bool Read(RejectLog rejects, CancellationToken cancellation)
    {
        while (source is null || !source.Read())
        {
            bytesBefore += source?.Length ?? 0;
            source?.Dispose();
            source = null;
            if (next == files.Files.Count)
                return false;
            RecordFile file = files.Files[next++];
            rejects.Turn(file);
            source = RecordSource.Open(file.Path, settings, columns, option);
        }
        if (++records % RecordsPerReport == 0)
        {
            cancellation.ThrowIfCancellationRequested();
            stage.Progress.Report(bytesBefore + source.Position, records);
        }
        return true;
    }

    public void Dispose() => source?.Dispose();
}

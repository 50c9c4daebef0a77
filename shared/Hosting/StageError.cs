using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Pipeline.Records;
using Pipeline.Storage;
using Pipeline.Tables;
using Pipeline.Tables.DuckDb;

namespace Pipeline.Hosting;

/// <summary>A failure as it is left in <c>error.json</c>, printed and returned as exit code.</summary>
/// <param name="Stage">Name of the stage.</param>
/// <param name="Code">The exit code.</param>
/// <param name="Message">One sentence.</param>
/// <param name="Hint">What to do about it; null where the message says so or nothing can be done.</param>
public sealed record StageError(string Stage, int Code, string Message, string? Hint)
{
    /// <summary>Writes quotation marks as such: people read this file, and no browser does.</summary>
    private static readonly StageErrorJson Readable =
        new(new JsonSerializerOptions(StageErrorJson.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    /// <summary>The file's content.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, Readable.StageError);

    /// <summary>Reads what <see cref="ToJson"/> wrote; null for anything else.</summary>
    public static StageError? TryParse(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, StageErrorJson.Default.StageError);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The one place that says which exception ends a stage how.</summary>
    /// <param name="stage">Name of the stage.</param>
    /// <param name="exception">What ended it.</param>
    /// <param name="isStopping">Whether the stage had been told to stop.</param>
    public static StageError From(string stage, Exception exception, bool isStopping)
    {
        ArgumentNullException.ThrowIfNull(exception);
        (ExitCode code, string? hint) = exception switch
        {
            StageException e => (e.Code, e.Hint),
            OperationCanceledException when isStopping => (ExitCode.Stopped, "Start it again: nothing half-done is left."),
            StorageException { Fault: StorageFault.NotFound or StorageFault.NotUsable } => (ExitCode.Usage, null),
            StorageException { Fault: StorageFault.Damaged } => (ExitCode.InputRefused, null),
            StorageException { Fault: StorageFault.Unavailable } => (ExitCode.Unavailable, null),
            RecordException { IsContent: true } => (ExitCode.InputRefused, null),
            RecordException => (ExitCode.Usage, null),
            TableException { IsDiskFull: true } => (ExitCode.Unavailable, null),
            TableException { IsOutOfMemory: true } => (ExitCode.OutOfMemory, null),
            TableException => (ExitCode.InputRefused, null),
            DuckDbException { Fault: DuckDbFault.Locked or DuckDbFault.DiskFull } => (ExitCode.Unavailable, null),
            DuckDbException { Fault: DuckDbFault.File } => (ExitCode.Usage, null),
            DuckDbException { Fault: DuckDbFault.OutOfMemory } => (ExitCode.OutOfMemory, null),
            IOException e when StorageException.IsDiskFull(e) => (ExitCode.Unavailable, null),
            OutOfMemoryException => (ExitCode.OutOfMemory, "Give it more memory, or less data."),
            _ => (ExitCode.Unexpected, "This is a bug: please report it with the stack trace."),
        };
        string message = code == ExitCode.Stopped ? "Told to stop." : exception.Message;
        return new StageError(stage, (int)code, message, hint);
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true, NewLine = "\n")]
[JsonSerializable(typeof(StageError))]
internal sealed partial class StageErrorJson : JsonSerializerContext;

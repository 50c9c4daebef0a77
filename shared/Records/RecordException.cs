namespace Pipeline.Records;

/// <summary>A file that cannot be read as asked: one sentence that names the file, the fault and the way out.</summary>
public sealed class RecordException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="isContent">Whether the file's content is at fault, as opposed to how it was asked for.</param>
    /// <param name="message">The sentence.</param>
    /// <param name="cause">What was behind it.</param>
    public RecordException(bool isContent, string message, Exception? cause = null) : base(message, cause) => IsContent = isContent;

    /// <summary>Whether the file's content is at fault; false where the options or the rights are.</summary>
    public bool IsContent { get; }
}

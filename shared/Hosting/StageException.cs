namespace Pipeline.Hosting;

/// <summary>An end of the stage that the operator can do something about: printed as one sentence and a hint, without a stack trace.</summary>
public sealed class StageException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="code">How the stage ends.</param>
    /// <param name="message">One sentence: what, where.</param>
    /// <param name="hint">What to do about it, where the message does not say so.</param>
    /// <param name="cause">What was behind it.</param>
    public StageException(ExitCode code, string message, string? hint = null, Exception? cause = null) : base(message, cause)
    {
        Code = code;
        Hint = hint;
    }

    /// <summary>How the stage ends.</summary>
    public ExitCode Code { get; }

    /// <summary>What to do about it.</summary>
    public string? Hint { get; }

    /// <summary>Whether the same again, from the start, may succeed in a moment: a lost connection, a server that restarts.</summary>
    public bool IsTransient { get; init; }
}

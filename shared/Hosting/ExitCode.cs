namespace Pipeline.Hosting;

/// <summary>How a stage ended, the same in every stage; what each means for the flow stands in <c>shared/Flow</c>.</summary>
public enum ExitCode
{
    /// <summary>The output is there, written now or before.</summary>
    Done = 0,

    /// <summary>A bug: an error nobody foresaw, printed with its stack trace.</summary>
    Unexpected = 1,

    /// <summary>The options or the configuration are wrong: a person must change them.</summary>
    Usage = 2,

    /// <summary>The input is refused: trying again with the same input fails again.</summary>
    InputRefused = 3,

    /// <summary>Something needed is not available now: try again later.</summary>
    Unavailable = 4,

    /// <summary>Another process is writing the same folder.</summary>
    LeaseHeld = 5,

    /// <summary>There is an output of other inputs, options or code; <c>--overwrite</c> replaces it.</summary>
    OutputDiffers = 6,

    /// <summary>The work does not fit the memory: try again with more.</summary>
    OutOfMemory = 7,

    /// <summary>Told to stop, by SIGTERM or Ctrl-C; nothing half-done is left.</summary>
    Stopped = 143,
}

namespace Pipeline.Storage;

/// <summary>What is wrong with a store or an object in it.</summary>
public enum StorageFault
{
    /// <summary>The object or folder is not there.</summary>
    NotFound,

    /// <summary>The object is there but not what its manifest says: changed, cut off, or of another version.</summary>
    Damaged,

    /// <summary>The place cannot be read or written as it is given: no rights, a file where a folder is needed, an unknown scheme.</summary>
    NotUsable,

    /// <summary>The place cannot be used now but may be later: disk full, no connection.</summary>
    Unavailable,
}

/// <summary>A store that cannot do what was asked: one sentence that names the object, the fault and, where there is one, the way out.</summary>
public sealed class StorageException : Exception
{
    /// <summary>Creates the exception.</summary>
    public StorageException(StorageFault fault, string message, Exception? cause = null) : base(message, cause) => Fault = fault;

    /// <summary>What is wrong, for the caller that must decide whether to try again.</summary>
    public StorageFault Fault { get; }

    /// <summary>The fault behind an exception of the file system, in one sentence.</summary>
    /// <param name="cause">An <see cref="IOException"/> or <see cref="UnauthorizedAccessException"/>.</param>
    /// <param name="action">What was tried, for example <c>write</c>.</param>
    /// <param name="place">The file or folder.</param>
    public static StorageException From(Exception cause, string action, string place) => cause switch
    {
        UnauthorizedAccessException => new(StorageFault.NotUsable, $"Cannot {action} '{place}': no permission.", cause),
        FileNotFoundException or DirectoryNotFoundException => new(StorageFault.NotFound, $"Cannot {action} '{place}': it does not exist.", cause),
        IOException io when IsDiskFull(io) => new(StorageFault.Unavailable, $"Cannot {action} '{place}': the disk is full.", cause),
        _ => new(StorageFault.NotUsable, $"Cannot {action} '{place}': {cause.Message}", cause),
    };

    /// <summary>Whether the disk or the user's quota on it is full.</summary>
    public static bool IsDiskFull(IOException exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        const int unixNoSpace = 28, unixQuota = 122, windowsDiskFull = unchecked((int)0x80070070), windowsHandleDiskFull = unchecked((int)0x80070027);
        return exception.HResult is unixNoSpace or unixQuota or windowsDiskFull or windowsHandleDiskFull;
    }
}

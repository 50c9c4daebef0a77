using System.Runtime.InteropServices;
using Pipeline.Hosting;

namespace Pipeline.Email;

/// <summary>Keeps the memory of this process, which holds addresses, out of files that a crash would leave.</summary>
internal static partial class CrashDumps
{
    /// <summary>Linux and macOS agree on it.</summary>
    private const int CoreLimit = 4;

    /// <summary>Where .NET is told to write a dump of its own; both spellings count.</summary>
    private static readonly string[] Switches = ["DOTNET_DbgEnableMiniDump", "COMPlus_DbgEnableMiniDump"];

    /// <summary>Takes away the right to leave a core file; there is no way back for this process. Called before any address is read.</summary>
    /// <exception cref="StageException"><see cref="ExitCode.Usage"/>: .NET was told to write dumps, which cannot be undone once it runs.</exception>
    public static void Forbid()
    {
        foreach (string name in Switches)
        {
            if (Environment.GetEnvironmentVariable(name) is { Length: > 0 } value && value.Trim('0', 'x').Length > 0)
                throw new StageException(ExitCode.Usage, $"{name} is set, and the dump of a crash would hold addresses.", "Unset it for this stage.");
        }
        if (OperatingSystem.IsWindows())
            return;
        if (SetLimit(CoreLimit, new Limit(0, 0)) != 0)
            throw new InvalidOperationException($"Core files cannot be forbidden: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    [LibraryImport("libc", EntryPoint = "setrlimit", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetLimit(int resource, in Limit limit);

    /// <summary>How large a resource may be now, and how large it may be made.</summary>
    private readonly record struct Limit(nuint Current, nuint Greatest);
}

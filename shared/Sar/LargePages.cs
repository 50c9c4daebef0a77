using System.Runtime.InteropServices;

namespace Pipeline.Sar;

/// <summary>
/// Asks Linux for 2 MB pages: rows of a tile are read in no order, and with small pages finding the page costs about as much as reading.
/// Advice only, and whether it is taken changes nothing but speed.
/// </summary>
internal static unsafe partial class LargePages
{
    /// <summary>Bytes of a large page, and the alignment it needs.</summary>
    public const int Size = 2 << 20;

    private const int HugePage = 14; // MADV_HUGEPAGE

    /// <summary>Asks for large pages for memory that nobody has touched yet.</summary>
    public static void Advise(void* start, long bytes)
    {
        if (OperatingSystem.IsLinux())
            _ = Madvise(start, (nuint)(bytes / Size * Size), HugePage);
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Madvise(void* start, nuint length, int advice);
}

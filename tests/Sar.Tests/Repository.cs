namespace Pipeline.Sar.Tests;

internal static class Repository
{
    /// <summary>The checkout: the nearest folder above the test assembly that holds the central package versions.</summary>
    public static string Root { get; } = Find();

    private static string Find()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Directory.Packages.props")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new DirectoryNotFoundException($"No checkout above {AppContext.BaseDirectory}.");
    }
}

namespace Pipeline.Testing;

/// <summary>The checkout that the tests were built from.</summary>
public static class Checkout
{
    /// <summary>The nearest folder above the test assembly that holds the central package versions.</summary>
    public static string Root { get; } = Find();

    private static string Find()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Directory.Packages.props")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new DirectoryNotFoundException($"No checkout above {AppContext.BaseDirectory}.");
    }
}

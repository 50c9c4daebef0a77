using NUnit.Framework;

namespace Pipeline.Testing;

/// <summary>
/// Files that the tests need and the project must not contain (licences): they lie in the folder that PIPELINE_SHARED names, by default
/// <c>shared</c> beside the checkout. A test that asks for one is skipped where it is absent.
/// </summary>
public static class SharedData
{
    /// <summary>The path of a file or folder in there.</summary>
    public static string File(string name)
    {
        string? given = Environment.GetEnvironmentVariable("PIPELINE_SHARED");
        string folder = Path.GetFullPath(string.IsNullOrEmpty(given) ? Path.Combine(Checkout.Root, "..", "shared") : given);
        string path = Path.Combine(folder, name);
        if (!Path.Exists(path))
            Assert.Ignore($"'{path}' does not exist: set PIPELINE_SHARED to the folder that holds {name}.");
        return path;
    }
}

using Pipeline.Testing;

namespace Pipeline.Infra.Tests;

/// <summary>A small invented shop.</summary>
internal static class Shop
{
    /// <summary>Where the environments' files look for its files: key in the bucket and name.</summary>
    public static readonly IReadOnlyList<(string Key, string File)> Inputs =
    [
        ("input/shop/interactions.csv", "interactions.csv"), ("input/shop/catalogue.csv", "catalogue.csv"),
        ("input/customers/customers.csv", "customers.csv"), ("input/customers/suppressions.csv", "suppressions.csv"),
    ];

    /// <summary>Writes its files into a folder.</summary>
    public static void Generate(string folder)
    {
        StageResult result = StageRunner.Run("Cli", "generate", "--users", "400", "--items", "80", "--interactions", "8000", "--seed", "5", "--output", folder);
        Assert.That(result.ExitCode, Is.Zero, result.Error);
        File.WriteAllText(Path.Combine(folder, "suppressions.csv"), "address,reason\nnobody@example.com,unsubscribed\n");
    }
}

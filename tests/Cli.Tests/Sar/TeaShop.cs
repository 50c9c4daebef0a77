using Pipeline.Testing;

namespace Pipeline.Cli.Tests.Sar;

/// <summary>
/// Three users and three items, small enough to check by hand: kettle is had by ann and bob, cups and teapot by bob and eve, so by Jaccard
/// cups and teapot are alike to 1 and either to the kettle to 1/3. Ann's two purchases of 4 are one half-life old: affinity 4.
/// </summary>
internal sealed class TeaShop : IDisposable
{
    public const string Lines = """
        user,item,rating,time
        ann,kettle,4,2024-01-01
        ann,kettle,4,2024-01-01T00:00:00Z
        bob,kettle,1,2024-01-31
        bob,teapot,4,2024-01-31
        bob,cups,4,2024-01-31T01:00+01:00
        eve,teapot,1,2024-01-31
        eve,cups,2,2024-01-31

        """;

    /// <summary>The lists with the defaults.</summary>
    public const string Lists = """
        user,rank,item,score
        ann,1,cups,1.3333333333333333
        ann,2,teapot,1.3333333333333333
        eve,1,kettle,1

        """;

    public TempFolder Folder { get; } = new();

    public string Output => Folder.File("recs.csv");

    /// <summary>The arguments for a file of this shop, with more behind them.</summary>
    public string[] ForFile(string file, params IEnumerable<string> more) =>
        ["--interactions", file, "--user", "user", "--item", "item", "--weight", "rating", "--time", "time", "--output", Output, .. more];

    /// <summary>The arguments for the shop written as CSV.</summary>
    public string[] Arguments(params IEnumerable<string> more) => ForFile(Folder.Write("shop.csv", Lines), more);

    /// <summary>Names of all files in the folder, temporary ones included.</summary>
    public string[] Files() => [.. Directory.EnumerateFiles(Folder.Path).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal)];

    public void Dispose() => Folder.Dispose();
}

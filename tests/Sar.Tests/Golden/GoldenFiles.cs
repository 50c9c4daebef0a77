using System.Globalization;
using System.IO.Compression;

namespace Pipeline.Sar.Tests.Golden;

/// <summary>
/// The golden vectors: numbers made by running the reference implementation. They are not part of the project (licences); they lie in
/// the folder that PIPELINE_SHARED names, by default <c>shared</c> beside the checkout, and tests are skipped where it is absent.
/// </summary>
internal static class GoldenFiles
{
    /// <summary>The rows of a file below <c>golden</c>, unzipped if its name ends in <c>.gz</c>.</summary>
    public static List<GoldenRow> Read(string name)
    {
        string path = Path.Combine(Folder(), name);
        Assert.That(path, Does.Exist);
        using Stream file = File.OpenRead(path);
        using Stream stream = name.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionMode.Decompress) : file;
        using var reader = new StreamReader(stream);

        Dictionary<string, int> columns = reader.ReadLine()!.Split(',').Index().ToDictionary(column => column.Item, column => column.Index);
        var rows = new List<GoldenRow>();
        while (reader.ReadLine() is { } line)
            rows.Add(new GoldenRow(columns, line.Split(',')));
        Assert.That(rows, Is.Not.Empty);
        return rows;
    }

    private static string Folder()
    {
        string? given = Environment.GetEnvironmentVariable("PIPELINE_SHARED");
        string shared = string.IsNullOrEmpty(given) ? Path.Combine(Repository.Root, "..", "shared") : given;
        string folder = Path.Combine(shared, "golden");
        if (!Directory.Exists(folder))
            Assert.Ignore($"No golden vectors: {Path.GetFullPath(folder)} does not exist. Set PIPELINE_SHARED to the folder that holds them.");
        return folder;
    }
}

/// <summary>One line of a golden file, its cells found by the names in the header.</summary>
internal sealed class GoldenRow(Dictionary<string, int> columns, string[] cells)
{
    public string this[string column] => cells[columns[column]];

    public double Double(string column) => double.Parse(this[column], CultureInfo.InvariantCulture);

    public int Int(string column) => int.Parse(this[column], CultureInfo.InvariantCulture);

    public bool Flag(string column) => this[column] == "1";

    public SimilarityKind Kind => Enum.Parse<SimilarityKind>(this["similarity"], ignoreCase: true);
}

using System.IO.Compression;
using System.Text;

namespace Pipeline.Records.Tests;

/// <summary>Files of one test, and reading them.</summary>
public abstract class RecordTests
{
    private string folder = "";

    private protected static readonly IReadOnlyList<RecordColumn> UserAndItem = [new("user", "User", true), new("item", "Item", true)];

    [SetUp]
    public void MakeFolder() => folder = Directory.CreateTempSubdirectory("csv-").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(folder, recursive: true);

    private protected string At(string name) => Path.Combine(folder, name);

    private protected string Write(string content, string name = "a.csv") => Write(Encoding.UTF8.GetBytes(content), name);

    private protected string Write(byte[] content, string name = "a.csv")
    {
        File.WriteAllBytes(At(name), content);
        return At(name);
    }

    private protected static byte[] Gzip(string content, CompressionLevel level = CompressionLevel.Optimal) => Gzip(Encoding.UTF8.GetBytes(content), level);

    private protected static byte[] Gzip(byte[] content, CompressionLevel level = CompressionLevel.Optimal)
    {
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, level))
            gzip.Write(content);
        return compressed.ToArray();
    }

    /// <summary>All records as <c>line: field|field</c> and all faults as <c>line! reason</c>, in the order they come.</summary>
    private protected static IReadOnlyList<string> ReadAll(string path, IReadOnlyList<RecordColumn>? columns = null, char separator = ',') =>
        ReadAll(path, new RecordSettings { Delimiter = separator }, columns);

    /// <summary>The same of a file that is written in another way.</summary>
    private protected static IReadOnlyList<string> ReadAll(string path, RecordSettings settings, IReadOnlyList<RecordColumn>? columns = null)
    {
        columns ??= UserAndItem;
        var lines = new List<string>();
        using RecordSource source = RecordSource.Open(path, settings, columns, "columns");
        while (source.Read())
        {
            lines.Add(source.Fault is { } fault
                ? $"{source.Number}! {fault}"
                : $"{source.Number}: {string.Join('|', columns.Select((_, c) => Encoding.UTF8.GetString(source[c])))}");
        }
        return lines;
    }

    /// <summary>What is made out of the fields of the faulty records, <c>field|field</c>.</summary>
    private protected static IReadOnlyList<string> GuessAll(string path)
    {
        var lines = new List<string>();
        using RecordSource source = RecordSource.Open(path, new RecordSettings(), UserAndItem, "columns");
        while (source.Read())
        {
            if (source.Fault is not null)
                lines.Add(string.Join('|', UserAndItem.Select((_, c) => Encoding.UTF8.GetString(source.Guess(c)))));
        }
        return lines;
    }

    private protected static RecordException Refused(string path, bool isContent, IReadOnlyList<RecordColumn>? columns = null, char separator = ',')
    {
        RecordException e = Assert.Throws<RecordException>(() => ReadAll(path, columns, separator))!;
        Assert.That(e.IsContent, Is.EqualTo(isContent), e.Message);
        Assert.That(e.Message, Does.Contain($"'{path}'").And.Not.Contain("\n"));
        return e;
    }
}

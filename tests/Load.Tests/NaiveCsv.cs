using System.IO.Compression;
using System.Text;

namespace Pipeline.Load.Tests;

/// <summary>A reader of gzipped CSV that shares nothing with the one under test: one character at a time, strings everywhere.</summary>
internal static class NaiveCsv
{
    /// <summary>The records, the header first.</summary>
    public static IEnumerable<string[]> Read(string path)
    {
        using var reader = new StreamReader(new GZipStream(File.OpenRead(path), CompressionMode.Decompress));
        var fields = new List<string>();
        var field = new StringBuilder();
        bool isQuoted = false;
        for (int c = reader.Read(); c >= 0; c = reader.Read())
        {
            if (c == '"' && isQuoted && reader.Peek() == '"')
                field.Append((char)reader.Read());
            else if (c == '"')
                isQuoted = !isQuoted;
            else if (c is ',' or '\n' && !isQuoted)
            {
                fields.Add(field.ToString());
                field.Clear();
                if (c == '\n')
                {
                    yield return [.. fields];
                    fields.Clear();
                }
            }
            else
                field.Append((char)c);
        }
    }

    /// <summary>The content as a gzip file holds it.</summary>
    public static byte[] Gzip(byte[] content)
    {
        using var file = new MemoryStream();
        using (var gzip = new GZipStream(file, CompressionLevel.Optimal))
            gzip.Write(content);
        return file.ToArray();
    }
}

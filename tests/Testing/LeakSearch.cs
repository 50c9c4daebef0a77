using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using NUnit.Framework;
using Pipeline.Tables.DuckDb;

namespace Pipeline.Testing;

/// <summary>
/// Looks for texts that must not be there, in whatever form somebody may have written them down: as they are, in UTF-16, escaped for a URL or
/// for JSON, in hexadecimal, in base64 wherever it begins, and as SHA-256, SHA-1 or MD5 of any of these; lower-cased or not. Letters are compared
/// without regard to case.
/// </summary>
public sealed class LeakSearch
{
    /// <summary>Shorter forms would be found by accident.</summary>
    private const int LeastBytes = 8;

    /// <summary>The forms by their first bytes.</summary>
    private readonly Dictionary<ulong, List<byte[]>> forms = [];

    /// <param name="secrets">The texts.</param>
    public LeakSearch(IEnumerable<string> secrets)
    {
        foreach (string secret in secrets.SelectMany(s => (string[])[s, s.ToLowerInvariant()]).Distinct())
        {
            byte[] bytes = Encoding.UTF8.GetBytes(secret);
            Assert.That(bytes, Has.Length.GreaterThanOrEqualTo(LeastBytes), "a secret this short would be found by accident");
            Add(bytes);
            Add(Encoding.Unicode.GetBytes(secret));
            Add(Uri.EscapeDataString(secret));
            Add(JsonEncodedText.Encode(secret).Value);
            AddEncodings(bytes);
#pragma warning disable CA5350, CA5351 // Weak hashes are looked for, not used.
            foreach (byte[] hash in (byte[][])[SHA256.HashData(bytes), SHA1.HashData(bytes), MD5.HashData(bytes)])
#pragma warning restore CA5350, CA5351
            {
                Add(hash);
                AddEncodings(hash);
            }
        }
    }

    /// <summary>Where something is found below a folder: in names, in bytes, and in the values of tables, which are compressed.</summary>
    public IReadOnlyList<string> FindBelow(string folder)
    {
        var finds = new List<string>();
        foreach (string path in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            string name = Path.GetFileName(path);
            finds.AddRange(FindIn(name, "the name " + name));
            // So have the pipe and the socket that a killed .NET process leaves; reading one of these would not end.
            if (new FileInfo(path).Length == 0)
                continue;
            finds.AddRange(FindIn(File.ReadAllBytes(path), name));
            if (name.EndsWith(".parquet", StringComparison.Ordinal))
            {
                using DuckDbDatabase database = DuckDbDatabase.OpenInMemory();
                string pattern = DuckDbDatabase.FilePattern(path);
                foreach (string function in (string[])["read_parquet", "parquet_metadata", "parquet_kv_metadata"])
                    finds.AddRange(FindIn(Dump(database, $"{function}(?)", pattern), name));
            }
            else if (name.EndsWith(".duckdb", StringComparison.Ordinal))
            {
                using DuckDbDatabase database = DuckDbDatabase.Open(path, readOnly: true);
                foreach (DuckDbRow table in database.Query("SELECT table_name FROM information_schema.tables"))
                    finds.AddRange(FindIn(Dump(database, table.GetString(0)), name));
            }
        }
        return finds;
    }

    /// <summary>What is found in a text.</summary>
    /// <param name="content">The text.</param>
    /// <param name="place">What to call it.</param>
    public IReadOnlyList<string> FindIn(string content, string place) => FindIn(Encoding.UTF8.GetBytes(content), place);

    /// <summary>What is found in bytes. O(bytes), however many forms there are.</summary>
    /// <param name="content">The bytes.</param>
    /// <param name="place">What to call them.</param>
    public IReadOnlyList<string> FindIn(byte[] content, string place)
    {
        byte[] lower = ToLower(content);
        var finds = new List<string>();
        for (int at = 0; at + LeastBytes <= lower.Length; at++)
        {
            if (forms.TryGetValue(BinaryPrimitives.ReadUInt64LittleEndian(lower.AsSpan(at)), out List<byte[]>? candidates))
                finds.AddRange(candidates.Where(form => lower.AsSpan(at).StartsWith(form)).Select(form => $"{place}: {Encoding.Latin1.GetString(form)}"));
        }
        return finds;
    }

    private void AddEncodings(byte[] bytes)
    {
        Add(Convert.ToHexString(bytes));
        for (int before = 0; before < 3; before++)
        {
            // So many bytes of something else before it; what they and those behind it have a share in is not looked at.
            string base64 = Convert.ToBase64String([.. new byte[before], .. bytes]);
            int start = (before * 8 + 5) / 6, end = (before + bytes.Length) * 8 / 6;
            string own = base64[start..end];
            Add(own);
            Add(own.Replace('+', '-').Replace('/', '_'));
        }
    }

    private void Add(string form) => Add(Encoding.UTF8.GetBytes(form));

    private void Add(byte[] form)
    {
        byte[] lower = ToLower(form);
        if (lower.Length < LeastBytes)
            return;
        ulong key = BinaryPrimitives.ReadUInt64LittleEndian(lower);
        if (!forms.TryGetValue(key, out List<byte[]>? same))
            forms.Add(key, same = []);
        if (!same.Any(other => other.AsSpan().SequenceEqual(lower)))
            same.Add(lower);
    }

    private static byte[] ToLower(byte[] bytes) => Array.ConvertAll(bytes, b => b is >= (byte)'A' and <= (byte)'Z' ? (byte)(b | 0x20) : b);

    private static string Dump(DuckDbDatabase database, string from, params object?[] args) =>
        string.Join('\n', database.Query($"SELECT CAST(t AS VARCHAR) FROM {from} t", args).Select(row => row.GetString(0)));
}

using System.Buffers.Text;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Pipeline.Contracts;
using Pipeline.Tables.DuckDb;
using Pipeline.Testing;

namespace Pipeline.Email.Tests;

/// <summary>No address, no part of one and no plain hash of one is anywhere but in the customer file and the suppression list, however the stage ends.</summary>
public class CanaryTests
{
    /// <summary>Local parts that occur nowhere else, in every shape a customer file has them.</summary>
    private static readonly Dictionary<string, string> Addresses = new()
    {
        ["ann"] = "canary-plain-c1@example.com",
        ["bob"] = "canary-plus-c2+tag-c2@example.com",
        ["cid"] = "CANARY-UPPER-C3@B\u00DCCHER.EXAMPLE",
        ["dan"] = "canary.gmail.c4+tag-c4@gmail.com",
        ["eve"] = "\"canary quoted c5\"@example.com",
        ["fay"] = "Canary C6 <canary-name-c6@example.com>",
        ["gus"] = "canary-\u00FCml-c7@example.com",
        ["hal"] = "canary-no-at-c8.example.com",
        ["ivy"] = "canary-two-c9@example.com;canary-two-d0@example.com",
        ["joe"] = "canary-silent-d1@example.com",
        ["zed"] = "canary-without-list-d2.@example.com",
        ["out"] = "canary..stranger-d3@example.com",
        ["canary-swapped-d4@example.com"] = "someone",
        ["canary-swapped-d5 at example.com"] = "someone",
        ["canary-swapped-d6\uFF20example.com"] = "someone",
    };

    private static readonly string Customers =
        "user_id,email,consent\n"
        + string.Join('\n', Addresses.Select(a => $"\"{a.Key}\",\"{a.Value.Replace("\"", "\"\"", StringComparison.Ordinal)}\",{(a.Key == "joe" ? "no" : "yes")}"))
        + "\nann,canary-again-d7@example.com,yes\nkim,\"canary-broken-d8@example.com,yes\nlee,canary-count-d9@example.com,yes,more\n";

    private static readonly string[] Locals =
    [
        "canary-plain-c1", "canary-plus-c2", "tag-c2", "canary-upper-c3", "canary.gmail.c4", "canarygmailc4", "tag-c4", "canary quoted c5",
        "canary c6", "canary-name-c6", "canary-\u00FCml-c7", "canary-no-at-c8", "canary-two-c9", "canary-two-d0", "canary-silent-d1",
        "canary-without-list-d2", "canary..stranger-d3", "canary-swapped-d4", "canary-swapped-d5", "canary-swapped-d6", "canary-again-d7",
        "canary-broken-d8", "canary-count-d9", "canary-listed-e1", "canary-listed-e2",
    ];

    /// <summary>What must not be found, as Latin-1 of its bytes: the search goes through bytes and takes no notice of case.</summary>
    private static readonly string[] Secrets =
    [
        .. Locals.Concat(Addresses.Values.Where(a => a.Contains('@', StringComparison.Ordinal))).Append("canary-upper-c3@xn--bcher-kva.example")
            .SelectMany(text => (string[])[text, text.ToLowerInvariant()])
            .Distinct()
            .SelectMany(Forms)
            .Distinct(),
    ];

    private Mailing mailing = null!;

    [OneTimeSetUp]
    public void Make() => mailing = new Mailing();

    [OneTimeTearDown]
    public void Remove() => mailing.Dispose();

    [TestCase("canary-plain-c1@example.com")]
    [TestCase("xx CANARY-PLAIN-C1 xx")]
    [TestCase("canary-plus-c2%2Btag-c2%40example.com")]
    [TestCase("Y2FuYXJ5LXBsYWluLWMxQGV4YW1wbGUuY29t")]
    public void Search_finds_an_address_in_every_kind_of_file(string planted)
    {
        using var folder = new TempFolder();
        folder.Write("log.txt", "a line\n" + planted);
        using (DuckDbDatabase database = DuckDbDatabase.Open(folder.File("recommendations.duckdb")))
        {
            database.Execute($"CREATE TABLE t AS SELECT 'x' AS a, '{planted}' AS b");
            database.Execute($"COPY t TO '{folder.File("t.parquet")}' (FORMAT parquet, COMPRESSION zstd)");
        }
        Assert.That(
            Finds(folder.Path).Select(find => find.Split(':')[0]).Distinct(), Is.EquivalentTo(new[] { "log.txt", "recommendations.duckdb", "t.parquet" }));
    }

    [Test]
    public void Search_finds_a_plain_hash()
    {
        using var folder = new TempFolder();
        folder.Write("hash.json", Convert.ToHexString(SHA256.HashData("canary-plain-c1@example.com"u8)));
        Assert.That(Finds(folder.Path), Is.Not.Empty);
    }

    [Test]
    public void Nothing_is_found_after_a_run_into_the_database()
    {
        using var temporary = new TempFolder();
        (StageResult email, string run) = Start(Customers, temporary);
        Assert.That(email.ExitCode, Is.Zero, email.Error);
        Assert.That(RunReader.Read(run, Recipients.DataSet).Count(row => row.Flag(Recipients.Send)), Is.EqualTo(4));
        StageResult inject = StageRunner.Run(Stages.Inject, ["--run", run]);
        Assert.That(inject.ExitCode, Is.Zero, inject.Error);
        AssertClean(run, temporary, email, inject);
    }

    /// <summary>Base64 hides from the search what does not start on a multiple of three bytes, so tokens are searched as bytes, too.</summary>
    [Test]
    public void Nothing_is_found_inside_a_token()
    {
        using var temporary = new TempFolder();
        (_, string run) = Start(Customers, temporary);
        string[] tokens = [.. RunReader.Read(run, Recipients.DataSet).Select(row => row.Text(Recipients.UnsubscribeToken)).OfType<string>()];
        Assert.That(tokens, Has.Length.EqualTo(4));
        foreach (string token in tokens)
        {
            byte[] content = Base64Url.DecodeFromChars(token);
            Assert.That(FindsIn(content, "token").Concat(FindsIn(Encoding.ASCII.GetBytes(Convert.ToHexString(content)), "token in hex")), Is.Empty);
        }
    }

    /// <summary>One address of the list is a customer's, others are nobody's; the last is none.</summary>
    [TestCase("canary-plain-c1@example.com,complained\ncanary-listed-e1@example.com,bounced\n", 0)]
    [TestCase("canary-listed-e1@example.com,bounced\ncanary-listed-e2 at example.com,bounced\n", 3)]
    [TestCase("canary-listed-e1@example.com,canary-listed-e2@example.com\n", 3)]
    [TestCase("canary-listed-e1@example.com,bounced,canary-listed-e2@example.com\n", 3)]
    [TestCase("\"canary-listed-e1@example.com,bounced\n", 3)]
    public void Nothing_is_found_of_a_suppression_list(string lines, int code)
    {
        using var temporary = new TempFolder();
        string run = mailing.NewRun(), list = mailing.Folder.Write("list.csv", "address,reason\n" + lines);
        StageResult email = Start(run, mailing.Folder.Write("listed.csv", Customers), temporary, "--suppressions", list);
        Assert.That(email.ExitCode, Is.EqualTo(code), email.Error);
        AssertClean(run, temporary, email);
    }

    [Test]
    public void Nothing_is_found_when_the_suppression_list_has_no_header()
    {
        using var temporary = new TempFolder();
        string run = mailing.NewRun(), list = mailing.Folder.Write("list.csv", "canary-listed-e1@example.com,bounced\ncanary-listed-e2@example.com,bounced\n");
        StageResult email = Start(run, mailing.Folder.Write("listed.csv", Customers), temporary, "--suppressions", list);
        Assert.That(email.ExitCode, Is.EqualTo(3), email.Error);
        AssertClean(run, temporary, email);
    }

    /// <summary>Where a customer or a key is expected, an address may stand by mistake.</summary>
    [TestCase("canary-listed-e1@example.com,,2026-01-10\n", 0)]
    [TestCase("ann,canary-listed-e1@example.com,2026-01-10\n", 3)]
    [TestCase("ann,,canary-listed-e1@example.com\n", 3)]
    public void Nothing_is_found_of_past_sends(string lines, int code)
    {
        using var temporary = new TempFolder();
        string run = mailing.NewRun(), sends = mailing.Folder.Write("sends.csv", "user_id,mailbox_key,sent_at\n" + lines);
        StageResult email = Start(run, mailing.Folder.Write("sent.csv", Customers), temporary, "--past-sends", sends, "--max-sends", "1");
        Assert.That(email.ExitCode, Is.EqualTo(code), email.Error);
        AssertClean(run, temporary, email);
    }

    /// <summary>The archive is cut off in the middle, after thousands of good lines.</summary>
    [Test]
    public void Nothing_is_found_after_a_failure_half_way()
    {
        using var temporary = new TempFolder();
        string run = mailing.NewRun(), lines = string.Concat(Enumerable.Range(0, 20_000).Select(n => $"user-{n},{Guid.NewGuid()}@example.com,yes\n"));
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest, leaveOpen: true))
            gzip.Write(Encoding.UTF8.GetBytes(Customers + lines));
        string customers = mailing.Folder.Write("cut.csv.gz", compressed.ToArray()[..(int)(compressed.Length / 2)]);
        StageResult email = Start(run, customers, temporary);
        Assert.That(email.ExitCode, Is.EqualTo(3), email.Error);
        AssertClean(run, temporary, email);
        Assert.That(Directory.GetFiles(Path.Combine(run, "04-addressed")).Select(Path.GetFileName), Is.EquivalentTo(new[] { ".lease", "error.json" }));
    }

    [Test]
    public void Nothing_is_found_after_a_record_without_end()
    {
        using var temporary = new TempFolder();
        (StageResult email, string run) = Start(Customers + "ann,canary-plain-c1@example.com" + new string('x', 17 * 1024 * 1024), temporary);
        Assert.That(email.ExitCode, Is.EqualTo(3), email.Error);
        AssertClean(run, temporary, email);
    }

    /// <summary>The file where the stage's folder must be made works for every user, root included.</summary>
    [Test]
    public void Nothing_is_found_when_the_output_cannot_be_written()
    {
        using var temporary = new TempFolder();
        string run = mailing.NewRun();
        File.WriteAllText(Path.Combine(run, "04-addressed"), "");
        StageResult email = Start(run, mailing.Folder.Write("unwritable.csv", Customers), temporary);
        Assert.That(email.ExitCode, Is.EqualTo(2), email.Error);
        AssertClean(run, temporary, email);
    }

    [Test]
    public void Nothing_is_found_when_a_table_cannot_be_written()
    {
        using var temporary = new TempFolder();
        string run = mailing.NewRun();
        Directory.CreateDirectory(Path.Combine(run, "04-addressed", "recipients.parquet", "in-the-way"));
        StageResult email = Start(run, mailing.Folder.Write("unwritable.csv", Customers), temporary);
        Assert.That(email.ExitCode, Is.EqualTo(2), email.Error);
        AssertClean(run, temporary, email);
    }

    /// <summary>Then the first customer stands where the names of the columns are expected.</summary>
    [TestCase("ann,canary-plain-c1@example.com,yes\nbob,canary-plus-c2+tag-c2@example.com,yes\n")]
    [TestCase("ann;canary-plain-c1@example.com;yes\nbob;canary-plus-c2+tag-c2@example.com;yes\n")]
    [TestCase("canary-plain-c1@example.com\n")]
    [TestCase("\"canary-plain-c1@example.com")]
    public void Nothing_is_found_when_the_file_has_no_header(string customers)
    {
        using var temporary = new TempFolder();
        (StageResult email, string run) = Start(customers, temporary);
        Assert.That(email.ExitCode, Is.EqualTo(2).Or.EqualTo(3), email.Error);
        AssertClean(run, temporary, email);
    }

    private (StageResult Result, string Run) Start(string customers, TempFolder temporary)
    {
        string run = mailing.NewRun();
        return (Start(run, mailing.Folder.Write($"{Path.GetFileName(run)}.csv", customers), temporary), run);
    }

    private StageResult Start(string run, string customers, TempFolder temporary, params string[] options) => StageRunner.Run(
        Stages.Email, ["--run", run, "--customers", customers, "--key-ring", mailing.Ring, "--progress-seconds", "0.05", "--max-invalid", "100%", .. options.Contains("--suppressions") ? [] : new[] { "--without-suppressions" }, .. options],
        new Dictionary<string, string> { ["TMPDIR"] = temporary.Path });

    private static void AssertClean(string run, TempFolder temporary, params StageResult[] results)
    {
        Assert.Multiple(() =>
        {
            Assert.That(Finds(run), Is.Empty);
            Assert.That(Finds(temporary.Path), Is.Empty);
            foreach (StageResult result in results)
            {
                Assert.That(FindsIn(Encoding.UTF8.GetBytes(result.Output), "stdout"), Is.Empty);
                Assert.That(FindsIn(Encoding.UTF8.GetBytes(result.Error), "stderr"), Is.Empty);
            }
        });
    }

    /// <summary>Where something is found below a folder: in names, in bytes, and in the values of tables, which are compressed.</summary>
    private static List<string> Finds(string folder)
    {
        var finds = new List<string>();
        foreach (string path in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            string name = Path.GetFileName(path);
            finds.AddRange(FindsIn(Encoding.UTF8.GetBytes(name), "the name " + name));
            finds.AddRange(FindsIn(File.ReadAllBytes(path), name));
            if (name.EndsWith(".parquet", StringComparison.Ordinal))
            {
                using DuckDbDatabase database = DuckDbDatabase.OpenInMemory();
                string pattern = DuckDbDatabase.FilePattern(path);
                finds.AddRange(FindsIn(Dump(database, "read_parquet(?)", pattern), name));
                finds.AddRange(FindsIn(Dump(database, "parquet_metadata(?)", pattern), name));
                finds.AddRange(FindsIn(Dump(database, "parquet_kv_metadata(?)", pattern), name));
            }
            else if (name.EndsWith(".duckdb", StringComparison.Ordinal))
            {
                using DuckDbDatabase database = DuckDbDatabase.Open(path, readOnly: true);
                foreach (DuckDbRow table in database.Query("SELECT table_name FROM information_schema.tables"))
                    finds.AddRange(FindsIn(Dump(database, table.GetString(0)), name));
            }
        }
        return finds;
    }

    private static byte[] Dump(DuckDbDatabase database, string from, params object?[] args) =>
        Encoding.UTF8.GetBytes(string.Join('\n', database.Query($"SELECT CAST(t AS VARCHAR) FROM {from} t", args).Select(row => row.GetString(0))));

    private static IEnumerable<string> FindsIn(byte[] content, string place)
    {
        string text = Encoding.Latin1.GetString(content);
        return Secrets.Where(secret => text.Contains(secret, StringComparison.OrdinalIgnoreCase)).Select(secret => $"{place}: {secret}");
    }

    private static IEnumerable<string> Forms(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        yield return Encoding.Latin1.GetString(bytes);
        yield return Uri.EscapeDataString(text);
        yield return Convert.ToHexString(bytes);
        // Without its end, which depends on what follows.
        yield return Convert.ToBase64String(bytes)[..(bytes.Length / 3 * 4)];
        if (!text.Contains('@', StringComparison.Ordinal))
            yield break;
#pragma warning disable CA5350, CA5351 // Weak hashes are looked for, not used.
        foreach (byte[] hash in (byte[][])[SHA256.HashData(bytes), SHA1.HashData(bytes), MD5.HashData(bytes)])
#pragma warning restore CA5350, CA5351
        {
            yield return Convert.ToHexString(hash);
            yield return Convert.ToBase64String(hash).TrimEnd('=');
            yield return Rfc.Base64Url(hash);
        }
    }
}

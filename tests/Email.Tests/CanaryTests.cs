using System.Buffers.Text;
using System.Diagnostics;
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
        ["bob"] = "canary-plus-c2+tag-of-c2@example.com",
        ["cid"] = "CANARY-UPPER-C3@B\u00DCCHER.EXAMPLE",
        ["dan"] = "canary.gmail.c4+tag-of-c4@gmail.com",
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
        "canary-plain-c1", "canary-plus-c2", "tag-of-c2", "canary-upper-c3", "canary.gmail.c4", "canarygmailc4", "tag-of-c4", "canary quoted c5",
        "canary c6", "canary-name-c6", "canary-\u00FCml-c7", "canary-no-at-c8", "canary-two-c9", "canary-two-d0", "canary-silent-d1",
        "canary-without-list-d2", "canary..stranger-d3", "canary-swapped-d4", "canary-swapped-d5", "canary-swapped-d6", "canary-again-d7",
        "canary-broken-d8", "canary-count-d9", "canary-listed-e1", "canary-listed-e2",
    ];

    private static readonly LeakSearch Search = new(
        Locals.Concat(Addresses.Values.Where(a => a.Contains('@', StringComparison.Ordinal))).Append("canary-upper-c3@xn--bcher-kva.example"));

    private Mailing mailing = null!;

    [OneTimeSetUp]
    public void Make() => mailing = new Mailing();

    [OneTimeTearDown]
    public void Remove() => mailing.Dispose();

    private static IEnumerable<TestCaseData> Planted
    {
        get
        {
            const string Address = "canary-plain-c1@example.com", Local = "canary-plain-c1";
            byte[] bytes = Encoding.UTF8.GetBytes(Address);
            yield return Named(Address, "plain");
            yield return Named($"xx {Local.ToUpperInvariant()} xx", "local part in capitals");
            yield return Named("canary-plus-c2%2Btag-of-c2%40example.com", "escaped for a URL");
            yield return Named("canary-plus-c2\\u002Btag-of-c2@example.com", "escaped for JSON");
            yield return Named("canary-upper-c3@xn--bcher-kva.example", "domain as A-labels");
            yield return Named(Convert.ToHexString(bytes), "in hexadecimal");
            for (int before = 0; before < 3; before++)
            {
                byte[] within = [.. new byte[before], .. bytes, .. "!!"u8];
                yield return Named(Convert.ToBase64String(within), $"base64 from byte {before}");
                yield return Named(Base64Url.EncodeToString(within), $"base64url from byte {before}");
            }
#pragma warning disable CA5350, CA5351 // Weak hashes are looked for, not used.
            (string Name, Func<byte[], byte[]> Of)[] hashes = [("SHA-256", SHA256.HashData), ("SHA-1", SHA1.HashData), ("MD5", MD5.HashData)];
#pragma warning restore CA5350, CA5351
            foreach ((string name, Func<byte[], byte[]> of) in hashes)
            {
                yield return Named(Convert.ToHexStringLower(of(bytes)), $"{name} in hexadecimal");
                yield return Named(Convert.ToBase64String(of(bytes)), $"{name} in base64");
                yield return Named(Convert.ToHexString(of(Encoding.UTF8.GetBytes(Local))), $"{name} of the local part");
            }

            static TestCaseData Named(string planted, string name) => new TestCaseData(planted).SetArgDisplayNames(name);
        }
    }

    /// <summary>A search that finds nothing proves nothing unless it finds what is there.</summary>
    [TestCaseSource(nameof(Planted))]
    public void Search_finds_an_address_in_every_form_and_kind_of_file(string planted)
    {
        using var folder = new TempFolder();
        folder.Write("log.txt", "a line\n" + planted);
        using (DuckDbDatabase database = DuckDbDatabase.Open(folder.File("recommendations.duckdb")))
        {
            database.Execute($"CREATE TABLE t AS SELECT 'x' AS a, '{planted}' AS b");
            database.Execute($"COPY t TO '{folder.File("t.parquet")}' (FORMAT parquet, COMPRESSION zstd)");
        }
        Assert.That(
            Search.FindBelow(folder.Path).Select(find => find.Split(':')[0]).Distinct(),
            Is.EquivalentTo(new[] { "log.txt", "recommendations.duckdb", "t.parquet" }));
    }

    [Test]
    public void Search_finds_an_address_in_memory_as_text_of_NET() =>
        Assert.That(Search.FindIn(Encoding.Unicode.GetBytes("canary-plain-c1@example.com"), "dump"), Is.Not.Empty);

    [Test]
    public void Search_finds_nothing_in_what_holds_no_address() => Assert.That(
        Search.FindIn("example.com, canary, and 62a14e44f765419d10fea99367361a727c12365e2520f32218d505ed9aa0f62f", "log"), Is.Empty);

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

    /// <summary>What a token holds is base64 of base64 to the search, so tokens are searched as bytes, too.</summary>
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
            Assert.That(Search.FindIn(content, "token").Concat(Search.FindIn(Convert.ToHexString(content), "token in hex")), Is.Empty);
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

    /// <summary>Killed while it reads addresses by a signal that makes a process dump its memory and that .NET does not handle.</summary>
    [Test]
    [Platform(Include = "Linux", Reason = "The limits of a process are read from /proc.")]
    public void Nothing_is_found_after_a_crash_half_way()
    {
        using var temporary = new TempFolder();
        string run = mailing.NewRun();
        using Process process = StageRunner.Start(
            Stages.Email, Command(run, ManyCustomers("crash.csv"), "--progress-seconds", "0.05"), new Dictionary<string, string> { ["TMPDIR"] = temporary.Path });
        Task<string> error = process.StandardError.ReadToEndAsync();
        var output = new StringBuilder();
        while (process.StandardOutput.ReadLine() is { } line)
        {
            output.AppendLine(line);
            if (!line.Contains("reading customers", StringComparison.Ordinal))
                continue;
            Assert.That(File.ReadAllText($"/proc/{process.Id}/limits"), Does.Match("Max core file size +0 +0 "));
            using Process kill = Process.Start("kill", ["-XCPU", $"{process.Id}"]);
            kill.WaitForExit();
            break;
        }
        output.Append(process.StandardOutput.ReadToEnd());
        process.WaitForExit();
        Assert.That(process.ExitCode, Is.EqualTo(128 + 24), error.Result);
        Assert.That(RunReader.IsFinished(run, Stages.Email), Is.False);
        AssertClean(run, temporary, new StageResult(process.ExitCode, output.ToString(), error.Result));

        StageResult again = Start(run, mailing.Folder.File("crash.csv"), temporary);
        Assert.That(again.ExitCode, Is.Zero, again.Error);
        AssertClean(run, temporary, again);
    }

    [Test]
    public void Nothing_is_found_when_memory_runs_out_half_way()
    {
        using var temporary = new TempFolder();
        string run = mailing.NewRun();
        StageResult email = StageRunner.Run(
            Stages.Email, Command(run, ManyCustomers("memory.csv"), "--progress-seconds", "0.05"),
            new Dictionary<string, string> { ["TMPDIR"] = temporary.Path, ["DOTNET_GCHeapHardLimit"] = "1400000" });
        Assert.That(email.ExitCode, Is.EqualTo(7), email.Error);
        Assert.That(email.Output, Does.Contain("reading customers"));
        AssertClean(run, temporary, email);
    }

    [TestCase("DOTNET_DbgEnableMiniDump", "1", 2)]
    [TestCase("COMPlus_DbgEnableMiniDump", "0x1", 2)]
    [TestCase("DOTNET_DbgEnableMiniDump", "0", 0)]
    public void Dumps_of_NET_are_refused(string variable, string value, int code)
    {
        string run = mailing.NewRun();
        StageResult result = StageRunner.Run(
            Stages.Email, Command(run, mailing.Folder.Write("dumped.csv", Customers)), new Dictionary<string, string> { [variable] = value });
        Assert.That(result.ExitCode, Is.EqualTo(code), result.Error);
        Assert.That(result.Error.Contains($"{variable} is set, and the dump of a crash would hold addresses.", StringComparison.Ordinal), Is.EqualTo(code != 0));
    }

    /// <summary>The platform's file is asked for, and holds hashes that can be guessed; nothing else of the run may.</summary>
    [Test]
    public void Nothing_is_found_beside_the_file_for_a_platform()
    {
        using var temporary = new TempFolder();
        string run = mailing.NewRun();
        StageResult email = Start(run, mailing.Folder.Write("platform.csv", Customers), temporary, "--platform", "meta", "--legal-basis", "consent");
        Assert.That(email.ExitCode, Is.Zero, email.Error);
        string file = Path.Combine(run, "04-addressed", "platform.parquet");
        Assert.That(Search.FindBelow(run).Select(find => find.Split(':')[0]).Distinct(), Is.EqualTo(new[] { "platform.parquet" }));
        File.Delete(file);
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
    [TestCase("ann,canary-plain-c1@example.com,yes\nbob,canary-plus-c2+tag-of-c2@example.com,yes\n")]
    [TestCase("ann;canary-plain-c1@example.com;yes\nbob;canary-plus-c2+tag-of-c2@example.com;yes\n")]
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
        Stages.Email, Command(run, customers, ["--progress-seconds", "0.05", .. options]), new Dictionary<string, string> { ["TMPDIR"] = temporary.Path });

    private string[] Command(string run, string customers, params string[] options) =>
    [
        "--run", run, "--customers", customers, "--key-ring", mailing.Ring, "--max-invalid", "100%",
        .. options.Contains("--suppressions") ? [] : new[] { "--without-suppressions" }, .. options,
    ];

    /// <summary>Enough for the stage to be interrupted among them: a no costs it a hash. The canaries come first and last.</summary>
    private string ManyCustomers(string name)
    {
        string lines = string.Concat(Enumerable.Range(0, 500_000).Select(n => $"user-{n},customer-{n}@example.com,no\n"));
        return mailing.Folder.Write(name, $"{Customers}{lines}bob,canary-again-d7@example.com,yes\n");
    }

    private void AssertClean(string run, TempFolder temporary, params StageResult[] results)
    {
        Assert.Multiple(() =>
        {
            Assert.That(Search.FindBelow(run), Is.Empty);
            Assert.That(Search.FindBelow(temporary.Path), Is.Empty);
            if (Directory.Exists(mailing.KeyStore))
                Assert.That(Search.FindBelow(mailing.KeyStore), Is.Empty);
            foreach (StageResult result in results)
            {
                Assert.That(Search.FindIn(result.Output, "stdout"), Is.Empty);
                Assert.That(Search.FindIn(result.Error, "stderr"), Is.Empty);
            }
        });
    }
}

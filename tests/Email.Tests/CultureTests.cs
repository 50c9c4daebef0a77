using System.Text;
using Pipeline.Contracts;
using Pipeline.Testing;

namespace Pipeline.Email.Tests;

/// <summary>Neither the machine's culture nor ICU has a say in what the stage writes.</summary>
public class CultureTests
{
    /// <summary>What capital letters, marks, blanks, calendars and invisible characters do differently somewhere.</summary>
    private static readonly string[] Addresses =
    [
        "INFO@EXAMPLE.COM", "\u0130nfo@example.com", "ann@\u0130.example", "ann@I\u00CE.EXAMPLE", "ann@STRA\u1E9EE.example", "ann@stra\u00DFe.example",
        "ann@\u03B2\u03CC\u03BB\u03BF\u03C2.com", "ann@\u0392\u038C\u039B\u039F\u03A3.com", "ann\uFF20example.com", "an\u200Bn@example.com", "\uFEFFann@example.com",
        "\u00A0ann@example.com\u00A0", "\u200Fann@example.com", "ann@exam\u200Dple.com", "ann@\uFB01.com", "ann@bu\u0308cher.example", "ANN@B\u00DCCHER.EXAMPLE",
        "ann@\u212Alein.com", "ann@\u0E01\u0E32.example", "ann@i\u0307.example", "J\u0328\u0301@example.com", "a b@example.com", "ann@\U0001F600.com",
        "\U0001F600@example.com", "ann@example.com.", "a@b", "ann@[192.0.2.1]", "\"ann\"@example.com", "ann(x)@example.com",
    ];

    private Mailing mailing = null!;
    private string customers = "", list = "", reference = "";

    [OneTimeSetUp]
    public void Make()
    {
        mailing = new Mailing();
        string[] users = [.. Mailing.Customers, .. Enumerable.Range(0, Addresses.Length).Select(n => $"user-{n}")];
        customers = mailing.Folder.Write("customers.csv", "user_id,email,consent,consent_date\n" + string.Concat(
            Addresses.Select((address, n) => $"{users[n]},\"{address.Replace("\"", "\"\"", StringComparison.Ordinal)}\",{(n % 4 == 0 ? "YES" : "TRUE")},2026-01-0{1 + n % 9}\n")));
        list = mailing.Folder.Write("list.csv", "address,reason\nann@BU\u0308CHER.example,UNSUBSCRIBED\ninfo@example.com,BOUNCED\n");
        reference = Run(new Dictionary<string, string>());
    }

    [OneTimeTearDown]
    public void Remove() => mailing.Dispose();

    /// <summary>The invariant mode takes no notice of the culture, and refuses to know most.</summary>
    [Test]
    public void Output_is_the_same_under_every_culture_with_and_without_ICU(
        [Values("tr_TR", "az_AZ", "lt_LT", "th_TH", "C")] string culture, [Values("0", "1")] string invariant)
    {
        string run = Run(new Dictionary<string, string>
        {
            ["LANG"] = $"{culture}.UTF-8",
            ["LC_ALL"] = $"{culture}.UTF-8",
            ["DOTNET_SYSTEM_GLOBALIZATION_INVARIANT"] = invariant,
        });
        Assert.Multiple(() =>
        {
            foreach (string file in (string[])["quarantine.parquet", "platform.parquet", "addresses.json"])
                Assert.That(Bytes(run, file), Is.EqualTo(Bytes(reference, file)), file);
            // Ciphertext is random, and so is the hash of the file that holds it.
            Assert.That(ManifestWithoutHash(run), Is.EqualTo(ManifestWithoutHash(reference)));
            Assert.That(RowsWithoutCiphertext(run), Is.EqualTo(RowsWithoutCiphertext(reference)));
        });
    }

    /// <summary>Otherwise the test above could compare nothing with nothing.</summary>
    [Test]
    public void Reference_has_mails_and_refusals_of_many_kinds()
    {
        Assert.That(RunReader.Read(reference, Recipients.DataSet).Select(row => row.Text(Recipients.Reason)).Distinct().Count(), Is.GreaterThan(2));
        Assert.That(RunReader.Read(reference, Recipients.DataSet).Count(row => row.Flag(Recipients.Send)), Is.GreaterThan(1));
        Assert.That(RunReader.Read(reference, Quarantine.DataSet).Select(row => row.Text(Quarantine.Reason)).Distinct().Count(), Is.GreaterThan(4));
        Assert.That(RunReader.Read(reference, PlatformHashes.DataSet), Is.Not.Empty);
    }

    private string Run(Dictionary<string, string> environment)
    {
        string run = mailing.NewRun();
        StageResult result = StageRunner.Run(
            Stages.Email,
            [
                "--run", run, "--customers", customers, "--suppressions", list, "--suppressions-as-of", "2026-01-09", "--key-ring", mailing.Ring,
                "--max-invalid", "100%", "--platform", "google", "--legal-basis", "consent", "--expires-after-days", "0.5",
            ],
            environment);
        Assert.That(result.ExitCode, Is.Zero, result.Error);
        return run;
    }

    private static byte[] Bytes(string run, string file) => new StageFolder(run, Stages.Email).Bytes(file);

    private static string ManifestWithoutHash(string run)
    {
        string hash = RunReader.ReadManifest(run, Stages.Email).Randomised["recipients.parquet"];
        return Encoding.UTF8.GetString(Bytes(run, "_manifest.json")).Replace(hash, "", StringComparison.Ordinal);
    }

    /// <summary>Nor the name of its random key, nor that of the run.</summary>
    private static string[] RowsWithoutCiphertext(string run) => new StageFolder(run, Stages.Email)
        .RowsAsync(
            Recipients.DataSet,
            [.. Recipients.Schema.Columns.Where(c => c != Recipients.EmailCiphertext && c != Recipients.DataKeyId && c != Recipients.RunId)])
        .GetAwaiter().GetResult();
}

using Pipeline.Contracts;
using Pipeline.Testing;

namespace Pipeline.Email.Tests;

/// <summary>Hashes for advertising platforms: only on request, only with a reason, only of those who are mailed.</summary>
public class PlatformTests
{
    /// <summary>The addresses of the published vectors, and some that must not be in the file.</summary>
    private const string Customers =
        """
        user_id,email,consent
        ann,John_Smith@gmail.com,yes
        bob,JANE.SAOIRSE@gmail.com,yes
        cid,JaneSaoirse+Work@example.com,yes
        dan,dan@example.com,no
        eve,not an address,yes
        fay,suppressed@example.com,yes
        gus,john_smith+again@gmail.com,yes
        zed,zed@example.com,yes
        """;

    private Mailing mailing = null!;

    [OneTimeSetUp]
    public void Make() => mailing = new Mailing();

    [OneTimeTearDown]
    public void Remove() => mailing.Dispose();

    /// <summary>Published by Meta and UID2, but for Jane's by Meta's and Google's profiles, which <c>sha256sum</c> computed.</summary>
    [TestCase(
        "meta", "meta/v1", "sha-256/hex",
        "62a14e44f765419d10fea99367361a727c12365e2520f32218d505ed9aa0f62f", "28aaee4815230cd3b4ebd88c515226550666e91ac019929e3adac3f66c288180", "58bad64ae1c94e2bfdcf592ca545bea6201cbe1a87f8bef0cb88388f88009649")]
    [TestCase(
        "google", "google/v1", "sha-256/hex",
        "62a14e44f765419d10fea99367361a727c12365e2520f32218d505ed9aa0f62f", "28aaee4815230cd3b4ebd88c515226550666e91ac019929e3adac3f66c288180",
        "92ee26057ed9dea2535d6c8b141d48373932476599196e00352254896db5888f")]
    [TestCase(
        "uid2", "uid2/v1", "sha-256/base64",
        "YqFORPdlQZ0Q/qmTZzYacnwSNl4lIPMiGNUF7Zqg9i8=", "KKruSBUjDNO069iMUVImVQZm6RrAGZKeOtrD9mwogYA=", "ku4mBX7Z3qJTXWyLFB1INzkyR2WZGW4ANSJUiW21iI8=")]
    public void File_holds_the_hashes_that_the_platform_wants_of_those_who_are_mailed(string platform, string profile, string algorithm, params string[] hashes)
    {
        (_, string run) = Run("--platform", platform, "--legal-basis", "consent-2026-ads", "--expires-after-days", "2");
        TableRow[] rows = [.. RunReader.Read(run, PlatformHashes.DataSet)];
        Assert.Multiple(() =>
        {
            Assert.That(rows.Select(row => row.Text(PlatformHashes.AddressHash)), Is.EqualTo(hashes.Order(StringComparer.Ordinal)));
            Assert.That(rows.Select(row => row.Text(PlatformHashes.Platform)), Is.All.EqualTo(platform));
            Assert.That(rows.Select(row => row.Text(PlatformHashes.Profile)), Is.All.EqualTo(profile));
            Assert.That(rows.Select(row => row.Text(PlatformHashes.HashAlgorithm)), Is.All.EqualTo(algorithm));
            Assert.That(rows.Select(row => row.Text(PlatformHashes.LegalBasis)), Is.All.EqualTo("consent-2026-ads"));
            Assert.That(rows.Select(row => row.Time(PlatformHashes.CreatedAt)), Is.All.EqualTo(new DateTime(2026, 1, 10, 12, 0, 0, DateTimeKind.Utc)));
            Assert.That(rows.Select(row => row.Time(PlatformHashes.ExpiresAt)), Is.All.EqualTo(new DateTime(2026, 1, 12, 12, 0, 0, DateTimeKind.Utc)));
            Assert.That(RunReader.ReadManifest(run, Stages.Email).Counters["platform_hashes"], Is.EqualTo(3));
            Assert.That(RunReader.ReadManifest(run, Stages.Email).Counters["rows_kept"], Is.EqualTo(3));
        });
    }

    [Test]
    public void Nothing_of_the_kind_is_written_unless_asked_for()
    {
        (_, string run) = Run();
        Assert.That(File.Exists(Path.Combine(run, "04-addressed", "platform.parquet")), Is.False);
    }

    /// <summary>A file without rows says that nobody may be made known.</summary>
    [Test]
    public void File_of_a_run_that_mails_nobody_is_empty()
    {
        (_, string run) = mailing.Run("user_id,email,consent\nann,ann@example.com,no\n", "--platform", "meta", "--legal-basis", "x");
        Assert.That(RunReader.Read(run, PlatformHashes.DataSet), Is.Empty);
    }

    [TestCase("--platform meta", "--platform meta needs --legal-basis")]
    [TestCase("--legal-basis consent", "--legal-basis needs --platform")]
    [TestCase("--platform none --legal-basis consent", "--legal-basis needs --platform")]
    [TestCase("--platform everybody --legal-basis consent", "--platform 'everybody' must be one of none, meta, google, uid2")]
    [TestCase("--platform meta --legal-basis ann@example.com", "--legal-basis must be up to 64 letters")]
    public void Platform_and_legal_basis_need_each_other(string options, string sentence)
    {
        (StageResult result, string run) = mailing.TryRun(Customers, options.Split(' '));
        Assert.That(result.ExitCode, Is.EqualTo(2));
        Assert.That(result.Error, Does.Contain(sentence).And.Not.Contain("ann@"));
        Assert.That(File.Exists(Path.Combine(run, "04-addressed", "platform.parquet")), Is.False);
    }

    private (StageResult Result, string Run) Run(params string[] options) => mailing.Run(
        Customers, ["--suppressions", mailing.Folder.Write("list.csv", "address,reason\nsuppressed@example.com,bounced\n"), .. options]);
}

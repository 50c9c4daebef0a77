using System.Diagnostics;
using System.Text.Json;
using Pipeline.Keys;
using Pipeline.Keys.Tests;
using Pipeline.Testing;

namespace Pipeline.Cli.Tests.Token;

/// <summary><c>pipeline token verify</c> as a process of its own.</summary>
public class TokenVerifyTests
{
    private const string Mailbox = "v1.dFfSH901UQNmugmUZhWCAPZRuv6XV3rULTPSWWtq0Hc";

    private static readonly DateTimeOffset Issued = new(2026, 1, 10, 12, 0, 0, TimeSpan.Zero);

    private TempFolder folder = null!;
    private string ring = null!, token = null!;

    [OneTimeSetUp]
    public void Make()
    {
        folder = new TempFolder();
        ring = Rings.Write(folder, "ring.json", Rings.Secret);
        using LocalKeyRing opened = LocalKeyRing.Open(ring);
        using var tokens = new UnsubscribeTokens(opened);
        token = tokens.Create(Mailbox, Issued, TimeSpan.FromDays(67));
    }

    [OneTimeTearDown]
    public void Remove() => folder.Dispose();

    [Test]
    public void Good_token_is_shown_as_one_line_of_JSON()
    {
        StageResult result = Verify(token, "--at", "2026-02-01");
        Assert.That(result.ExitCode, Is.Zero, result.Error);
        Assert.That(
            result.Output.TrimEnd(), Is.EqualTo(
                $$"""{"purpose":"unsubscribe","mailbox_key":"{{Mailbox}}","key_id":"local:00ca328b86639036","key_version":1,"issued":"2026-01-10T12:00:00Z","expires":"2026-03-18T12:00:00Z"}"""));
    }

    [TestCase("")]
    [TestCase("\n")]
    [TestCase("\r\n")]
    public void Token_can_come_by_stdin(string end)
    {
        StageResult result = StageRunner.RunWithInput("Cli", token + end, "token", "verify", "--key-ring", ring, "--at", "2026-02-01");
        Assert.That(result.ExitCode, Is.Zero, result.Error);
        Assert.That(JsonDocument.Parse(result.Output).RootElement.GetProperty("mailbox_key").GetString(), Is.EqualTo(Mailbox));
    }

    [TestCase("2026-03-18T11:59:59.999999Z", 0)]
    [TestCase("2026-03-18T12:00:00Z", 3)]
    [TestCase("2026-03-18T13:00:00+01:00", 3)]
    [TestCase("1773835199", 0)]
    [TestCase("1773835200", 3)]
    public void Token_is_expired_from_its_last_second_on_and_not_called_forged(string at, int exitCode)
    {
        StageResult result = Verify(token, "--at", at);
        Assert.That(result.ExitCode, Is.EqualTo(exitCode), result.Error);
        if (exitCode != 0)
            Assert.That(result.Error, Does.Contain("authentic, but expired at 2026-03-18T12:00:00Z"));
    }

    [Test]
    public void Without_a_time_the_token_has_to_be_good_now()
    {
        using LocalKeyRing opened = LocalKeyRing.Open(ring);
        using var tokens = new UnsubscribeTokens(opened);
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        Assert.That(Verify(tokens.Create(Mailbox, now.AddDays(-2), TimeSpan.FromDays(3))).ExitCode, Is.Zero);
        Assert.That(Verify(tokens.Create(Mailbox, now.AddDays(-2), TimeSpan.FromDays(1))).ExitCode, Is.EqualTo(3));
    }

    [Test]
    public void Changed_cut_or_foreign_token_is_refused_in_a_sentence_without_its_content()
    {
        using LocalKeyRing other = Rings.Open(Rings.OtherSecret);
        using var others = new UnsubscribeTokens(other);
        Assert.Multiple(() =>
        {
            AssertRefused(token[..40] + (token[40] == 'A' ? 'B' : 'A') + token[41..], "signature");
            AssertRefused(token[..^1], "form");
            AssertRefused(token + "A", "form");
            AssertRefused("ann@example.com", "form");
            AssertRefused(others.Create(Mailbox, Issued, TimeSpan.FromDays(67)), "was not made with the keys");
        });
    }

    [Test]
    public void Empty_input_and_a_flood_of_it_are_no_tokens()
    {
        foreach (string input in (string[])["", new string('A', 50_000)])
        {
            StageResult result = StageRunner.RunWithInput("Cli", input, "token", "verify", "--key-ring", ring);
            Assert.That(result.ExitCode, Is.EqualTo(3), result.Error);
            Assert.That(result.Error, Does.Not.Contain("AAAA"));
        }
    }

    [Test]
    public void Two_tokens_or_an_unknown_option_are_a_mistake_of_use_and_not_repeated()
    {
        foreach (string[] arguments in (string[][])[[token, token], [token, "--key", ring], [token, "--at", "yesterday"], [token, "--at"]])
        {
            StageResult result = Verify(arguments);
            Assert.That(result.ExitCode, Is.EqualTo(2), result.Error);
            Assert.That(result.Output + result.Error, Does.Not.Contain(token));
        }
    }

    [Test]
    public void Ring_can_be_named_in_the_environment_as_for_the_stage()
    {
        using Process process = StageRunner.Start(
            "Cli", ["token", "verify", "--at", "2026-02-01", token], new Dictionary<string, string> { ["PIPELINE_KEY_RING"] = ring });
        string output = process.StandardOutput.ReadToEnd(), error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.That(process.ExitCode, Is.Zero, error);
        Assert.That(output, Does.Contain(Mailbox));
    }

    [Test]
    public void Missing_ring_is_not_made()
    {
        string missing = folder.File("missing.json");
        StageResult result = StageRunner.Run("Cli", "token", "verify", "--key-ring", missing, token);
        Assert.That(result.ExitCode, Is.EqualTo(2), result.Error);
        Assert.That(result.Error, Does.Contain(missing));
        Assert.That(missing, Does.Not.Exist);
    }

    private StageResult Verify(params string[] arguments) => StageRunner.Run("Cli", ["token", "verify", "--key-ring", ring, .. arguments]);

    private void AssertRefused(string text, string word)
    {
        StageResult result = Verify(text, "--at", "2026-02-01");
        Assert.That(result.ExitCode, Is.EqualTo(3), result.Error);
        Assert.That(result.Output, Is.Empty);
        Assert.That(result.Error.TrimEnd(), Does.StartWith("pipeline: ").And.Contain(word).And.Not.Contain(text).And.Not.Contain('\n'));
    }
}

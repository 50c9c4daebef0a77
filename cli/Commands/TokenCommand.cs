using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Pipeline.Cli.Sar;
using Pipeline.Hosting;
using Pipeline.Keys;

namespace Pipeline.Cli.Commands;

/// <summary>
/// <c>pipeline token verify</c>: whether an unsubscribe token is ours. With a key ring nothing is asked of anybody; with keys in KMS the key is
/// fetched once, by a call for each version, and the token itself goes nowhere.
/// </summary>
internal static class TokenCommand
{
    private const string TimeForm = "yyyy-MM-dd'T'HH:mm:ss'Z'";

    public static Command Create()
    {
        var token = new Argument<string?>("token") { Description = "The token. Without it one is read from stdin.", Arity = ArgumentArity.ZeroOrOne };
        var ring = new Option<string?>("--key-ring") { HelpName = "FILE", Description = "The keys it was made with. Default: those of the email stage." };
        var macKey = new Option<string?>("--kms-mac-key") { HelpName = "ARN", Description = "Instead of a key ring, the HMAC key in AWS KMS they were made with: ARN, or VERSION=ARN,VERSION=ARN." };
        var at = new Option<string?>("--at") { HelpName = "TIME", Description = "The time it has to be good at. Default: now." };
        var verify = new Command("verify", "Say what an unsubscribe token holds; exit code 3 unless it is authentic and in time.")
        {
            token, ring, macKey, at,
        };
        // Whatever else stands there may be a piece of somebody's token, so it is not repeated.
        verify.TreatUnmatchedTokensAsErrors = false;
        verify.SetAction(parsed =>
        {
            if (parsed.UnmatchedTokens.Count > 0)
                throw new StageException(ExitCode.Usage, "'token verify' takes one token and the options --key-ring, --kms-mac-key and --at, nothing else.");
            DateTimeOffset now = ReadTime(parsed.GetValue(at));
            Verify(parsed.GetValue(token) ?? ReadToken(), Named(ring), Named(macKey), now);

            string? Named(Option<string?> option) => parsed.GetValue(option) ?? Environment.GetEnvironmentVariable(OptionReader.EnvironmentName(option.Name[2..]));
        });
        return new Command("token", "Check the tokens in the mails' unsubscribe links.") { verify };
    }

    private static void Verify(string text, string? ring, string? macKey, DateTimeOffset now)
    {
        using IKeyProvider keys = KeyOptions.OpenMacKeys(ring, macKey);
        using var tokens = new UnsubscribeTokens(keys);
        TokenVerdict verdict = tokens.Check(text, now, out UnsubscribeToken? token);
        if (verdict == TokenVerdict.Valid)
        {
            var shown = new VerifiedToken("unsubscribe", token!.MailboxKey, token.KeyId, token.KeyVersion, Text(token.Issued), Text(token.Expires));
            Console.WriteLine(JsonSerializer.Serialize(shown, VerifiedTokenJson.Default.VerifiedToken));
            return;
        }
        throw new StageException(ExitCode.InputRefused, verdict switch
        {
            TokenVerdict.Expired => $"The token is authentic, but expired at {Text(token!.Expires)}.",
            TokenVerdict.UnknownKey => $"The token is not valid: it was not made with the keys in {keys.Description}, {string.Join(" and ", keys.MacVersions.Select(v => $"{v.KeyId} version {v.Number}"))}.",
            TokenVerdict.Forged => "The token is not valid: its signature does not match, so it was changed or forged.",
            _ => "The token is not valid: it is not in the form of an unsubscribe token; it may be cut off, or something was added.",
        });
    }

    private static string ReadToken()
    {
        if (!Console.IsInputRedirected)
            throw new StageException(ExitCode.Usage, "There is no token: give it as an argument, or by stdin.");
        // More than a token and its line end is not needed to see that it is none.
        var buffer = new char[2 * UnsubscribeTokens.Length];
        string text = new(buffer, 0, Console.In.ReadBlock(buffer));
        return text.EndsWith("\r\n", StringComparison.Ordinal) ? text[..^2] : text.EndsWith('\n') ? text[..^1] : text;
    }

    private static DateTimeOffset ReadTime(string? text)
    {
        if (text is null)
            return TimeProvider.System.GetUtcNow();
        return Times.TryRead(Encoding.UTF8.GetBytes(text), out long micros, out _)
            ? DateTimeOffset.UnixEpoch.AddTicks(micros * TimeSpan.TicksPerMicrosecond)
            : throw new StageException(ExitCode.Usage, $"--at '{text}' must be a time such as 2026-01-01T00:00:00Z, or seconds since 1970.");
    }

    private static string Text(DateTimeOffset time) => time.ToString(TimeForm, CultureInfo.InvariantCulture);
}

/// <summary>A token that is authentic and in time, as the command prints it.</summary>
/// <param name="Purpose">What it permits.</param>
/// <param name="MailboxKey">Whose mails are to stop.</param>
/// <param name="KeyId">The ring it was signed with.</param>
/// <param name="KeyVersion">Version of the keys.</param>
/// <param name="Issued">Reference time of its run, UTC.</param>
/// <param name="Expires">From when on it is not accepted, UTC.</param>
internal sealed record VerifiedToken(string Purpose, string MailboxKey, string KeyId, int KeyVersion, string Issued, string Expires);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(VerifiedToken))]
internal sealed partial class VerifiedTokenJson : JsonSerializerContext;

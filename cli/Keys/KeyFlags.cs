using System.CommandLine;
using Pipeline.Hosting;
using Pipeline.Keys;

namespace Pipeline.Cli.Keys;

/// <summary>The flags of all commands that need keys: where the keys and the key store are, as for the email stage, environment included.</summary>
internal sealed class KeyFlags
{
    private readonly Option<string?> ring = Value("key-ring", "FILE", "The keys. Default: those of the email stage.");
    private readonly Option<string?> macKey = Value("kms-mac-key", "ARN", "Instead of a key ring, the HMAC keys in AWS KMS, as for the email stage.");
    private readonly Option<string?> dataKey = Value("kms-data-key", "ARN", "The keys in AWS KMS that wrap data keys, as for the email stage.");
    private readonly Option<string?> store = Value("key-store", "FOLDER", "The key store. Default: keystore beside the key ring.");

    /// <summary>All of them.</summary>
    public IReadOnlyList<Option> All => [ring, macKey, dataKey, store];

    /// <summary>Reads what was typed.</summary>
    /// <exception cref="StageException"><see cref="ExitCode.Usage"/>: says all that is wrong.</exception>
    public KeyOptions Read(ParseResult parsed)
    {
        string? typedRing = TextOf(ring), typedMacKey = TextOf(macKey), typedDataKey = TextOf(dataKey), typedStore = TextOf(store);
        string[] mistakes = [.. KeyOptions.Check(typedRing, typedMacKey, typedDataKey, typedStore)];
        return mistakes.Length == 0
            ? KeyOptions.From(typedRing, typedMacKey, typedDataKey, typedStore)
            : throw new StageException(ExitCode.Usage, string.Join(' ', mistakes));

        string? TextOf(Option<string?> option)
        {
            string? text = parsed.GetValue(option) ?? Environment.GetEnvironmentVariable(OptionReader.EnvironmentName(option.Name.TrimStart('-')));
            return string.IsNullOrWhiteSpace(text) ? null : text;
        }
    }

    /// <summary>Opens the key store, which must be there: one made by a slip of the pen would look like one that has lost everything.</summary>
    /// <exception cref="StageException"><see cref="ExitCode.Usage"/>: there is none.</exception>
    public static KeyStore OpenStore(KeyOptions options) => Directory.Exists(options.KeyStore)
        ? options.OpenStore()
        : throw new StageException(ExitCode.Usage, $"There is no key store '{options.KeyStore}'.", "Name it with --key-store.");

    private static Option<string?> Value(string name, string value, string help) => new("--" + name) { HelpName = value, Description = help };
}

using System.Globalization;
using Pipeline.Hosting;
using Pipeline.Keys;

namespace Pipeline.Cli.Keys;

/// <summary>The versions of the keys and what is wrapped with them, for people.</summary>
internal static class KeyTable
{
    public static void Print(KeyOptions options)
    {
        using IKeyProvider keys = options.Open();
        // A ring from before its first run has no key store yet.
        DataKeyRecord[] dataKeys = Directory.Exists(options.KeyStore) ? [.. options.OpenStore().ListDataKeys()] : [];
        ConsoleTable table = new ConsoleTable().Words("keys for").Numbers("version").Words("key").Words("state").Numbers("data keys");
        foreach (KeyVersion version in keys.MacVersions)
            table.Row("hashes", Text(version.Number), version.KeyId, StateOf(version, keys.MacVersions), "");
        foreach (KeyVersion version in keys.WrappingVersions)
            table.Row("data keys", Text(version.Number), version.KeyId, StateOf(version, keys.WrappingVersions), Text(dataKeys.Count(key => key.Wrapped.KeyId == version.KeyId)));
        foreach (IGrouping<(int KeyVersion, string KeyId), DataKeyRecord> others in dataKeys
            .Where(key => keys.WrappingVersions.All(version => version.KeyId != key.Wrapped.KeyId))
            .GroupBy(key => (key.Wrapped.KeyVersion, key.Wrapped.KeyId)).OrderBy(others => others.Key))
        {
            table.Row("data keys", Text(others.Key.KeyVersion), others.Key.KeyId, "not among these keys", Text(others.Count()));
        }
        Console.WriteLine($"{keys.Description}; key store '{options.KeyStore}'");
        table.Print();
    }

    private static string StateOf(KeyVersion version, IReadOnlyList<KeyVersion> versions) => version == versions[^1] ? "current" : "previous";

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}

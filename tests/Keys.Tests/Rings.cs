using Pipeline.Testing;

namespace Pipeline.Keys.Tests;

/// <summary>Key rings with known secrets.</summary>
internal static class Rings
{
    public static readonly byte[] Secret = [.. Enumerable.Range(0, 32).Select(n => (byte)n)];
    public static readonly byte[] OtherSecret = [.. Enumerable.Range(0, 32).Select(n => (byte)(n + 100))];

    /// <summary>Writes a ring of format 1.</summary>
    /// <returns>Its path.</returns>
    public static string Write(TempFolder folder, string name, byte[] secret, int version = 1) => Write(
        folder, name, $$"""{ "format": 1, "version": {{version}}, "secret": "{{Convert.ToBase64String(secret)}}" }""");

    /// <summary>Writes a ring's file with any content.</summary>
    public static string Write(TempFolder folder, string name, string content)
    {
        string path = folder.Write(name, content);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return path;
    }

    /// <summary>Writes a ring of format 2.</summary>
    public static string Write(TempFolder folder, string name, params (int Version, byte[] Secret)[] keys) => Write(
        folder, name, $$"""{ "format": 2, "keys": [{{string.Join(", ", keys.Select(key => $$"""{ "version": {{key.Version}}, "secret": "{{Convert.ToBase64String(key.Secret)}}" }"""))}}] }""");

    /// <summary>A ring in the window of a rotation: version 1 has <see cref="Secret"/>, version 2 <see cref="OtherSecret"/>.</summary>
    public static LocalKeyRing OpenWindow()
    {
        using var folder = new TempFolder();
        return LocalKeyRing.Open(Write(folder, "ring.json", (1, Secret), (2, OtherSecret)));
    }

    public static LocalKeyRing Open(byte[] secret, int version = 1)
    {
        using var folder = new TempFolder();
        return LocalKeyRing.Open(Write(folder, "ring.json", secret, version));
    }
}

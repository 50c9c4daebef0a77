using Pipeline.Testing;

namespace Pipeline.Keys.Tests;

/// <summary>Key rings with known secrets.</summary>
internal static class Rings
{
    public static readonly byte[] Secret = [.. Enumerable.Range(0, 32).Select(n => (byte)n)];
    public static readonly byte[] OtherSecret = [.. Enumerable.Range(0, 32).Select(n => (byte)(n + 100))];

    /// <summary>Writes a ring as the stage does.</summary>
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

    public static KeyRing Open(byte[] secret, int version = 1)
    {
        using var folder = new TempFolder();
        return KeyRing.Open(Write(folder, "ring.json", secret, version));
    }
}

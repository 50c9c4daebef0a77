using System.Text.Json;
using Pipeline.Hosting;

namespace Pipeline.Cli.Images;

/// <summary>DuckDB's library as npm's lock file holds it.</summary>
internal static class NativeLibrary
{
    private const string Scope = "@duckdb";
    private const string HashName = "sha512-";

    /// <summary>npm's words for the architectures that images have.</summary>
    private static readonly Dictionary<string, string> Cpus = new() { ["amd64"] = "x64", ["arm64"] = "arm64" };

    /// <summary>The architectures that images have, as containers call them.</summary>
    public static IReadOnlyCollection<string> Architectures => Cpus.Keys;

    /// <summary>Reads what the lock file says about the library for Linux on an architecture.</summary>
    /// <exception cref="StageException"><see cref="ExitCode.Usage"/>: there is no such architecture, or the file has nothing of it.</exception>
    public static SbomComponent Read(string path, string architecture)
    {
        if (!Cpus.TryGetValue(architecture, out string? cpu))
            throw new StageException(ExitCode.Usage, $"There are no images for the architecture '{architecture}', only for {string.Join(" and ", Architectures)}.");
        string name = $"node-bindings-linux-{cpu}";
        using JsonDocument document = JsonFile.Read(path);
        try
        {
            JsonElement package = document.RootElement.GetProperty("packages").GetProperty($"node_modules/{Scope}/{name}");
            string version = package.GetProperty("version").GetString()!, integrity = package.GetProperty("integrity").GetString()!;
            if (!integrity.StartsWith(HashName, StringComparison.Ordinal))
                throw new FormatException();
            return new SbomComponent
            {
                Reference = $"pkg:npm/%40{Scope[1..]}/{name}@{version}",
                Group = Scope,
                Name = name,
                Version = version,
                Description = "libduckdb.so, DuckDB's native library",
                Sha512 = Convert.ToHexStringLower(Convert.FromBase64String(integrity[HashName.Length..])),
                Licence = package.GetProperty("license").GetString(),
            };
        }
        catch (Exception e) when (e is KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new StageException(ExitCode.Usage, $"'{path}' has no hash of {Scope}/{name}.", "It is npm's lock file for DuckDB's library.");
        }
    }
}

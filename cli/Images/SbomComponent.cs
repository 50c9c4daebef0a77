using System.Text.Json;

namespace Pipeline.Cli.Images;

/// <summary>One piece of software in an SBOM.</summary>
internal sealed record SbomComponent
{
    /// <summary>Its package URL (https://github.com/package-url), by which others name it.</summary>
    public required string Reference { get; init; }

    /// <summary>What stands before its name, such as npm's scope; null for nothing.</summary>
    public string? Group { get; init; }

    public required string Name { get; init; }

    public required string Version { get; init; }

    /// <summary>What it is, where the name does not say it.</summary>
    public string? Description { get; init; }

    /// <summary>SHA-512 of the package's file in hexadecimal; null where only <see cref="ContentHash"/> is known.</summary>
    public string? Sha512 { get; init; }

    /// <summary>What NuGet's lock file holds: SHA-512 of the package without its signature, base64.</summary>
    public string? ContentHash { get; init; }

    /// <summary>SPDX id; null where the lock file does not say it.</summary>
    public string? Licence { get; init; }

    /// <summary>References of what it needs itself.</summary>
    public IReadOnlyList<string> DependsOn { get; init; } = [];

    /// <summary>Writes it as CycloneDX wants it.</summary>
    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("type", "library");
        json.WriteString("bom-ref", Reference);
        if (Group is not null)
            json.WriteString("group", Group);
        json.WriteString("name", Name);
        json.WriteString("version", Version);
        if (Description is not null)
            json.WriteString("description", Description);
        if (Sha512 is not null)
        {
            json.WriteStartArray("hashes");
            json.WriteStartObject();
            json.WriteString("alg", "SHA-512");
            json.WriteString("content", Sha512);
            json.WriteEndObject();
            json.WriteEndArray();
        }
        if (Licence is not null)
        {
            json.WriteStartArray("licenses");
            json.WriteStartObject();
            json.WriteStartObject("license");
            json.WriteString("id", Licence);
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteEndArray();
        }
        json.WriteString("purl", Reference);
        if (ContentHash is not null)
        {
            json.WriteStartArray("properties");
            json.WriteStartObject();
            json.WriteString("name", "nuget:contentHash");
            json.WriteString("value", ContentHash);
            json.WriteEndObject();
            json.WriteEndArray();
        }
        json.WriteEndObject();
    }
}

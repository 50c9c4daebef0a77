using System.Text.Encodings.Web;
using System.Text.Json;
using Pipeline.Hosting;

namespace Pipeline.Cli.Images;

/// <summary>
/// What code of others is in a stage's image, as a CycloneDX 1.6 document (https://cyclonedx.org): the NuGet packages of its lock file and
/// DuckDB's native library. What the base image brings is not in it. The same sources give the same bytes: there is no time and no serial number in it.
/// </summary>
internal static class Sbom
{
    /// <summary>The project that brings the native library.</summary>
    private const string NativeUser = "Pipeline.Tables";

    private static readonly JsonWriterOptions Indented = new()
    {
        Indented = true,
        NewLine = "\n",
        // The plus signs of hashes stay as they are.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Reads the lock files of a checkout and writes the document.</summary>
    /// <param name="sources">The checkout.</param>
    /// <param name="stage">Name of the stage.</param>
    /// <param name="architecture">The image's, as containers call it: amd64 or arm64.</param>
    /// <param name="version">The stage's version.</param>
    /// <returns>The document, UTF-8.</returns>
    /// <exception cref="StageException"><see cref="ExitCode.Usage"/>: there is no such stage or architecture in these sources, or a lock file is not one.</exception>
    public static byte[] Of(string sources, string stage, string architecture, string version)
    {
        var locked = LockedPackages.Read(Path.Combine(sources, "stages", stage, "packages.lock.json"));
        string root = $"pipeline-{stage}";
        List<SbomComponent> components = [.. locked.Packages.Select(Component)];
        List<string> used = [.. locked.Direct.Select(locked.Reference)];
        if (locked.Projects.Contains(NativeUser))
        {
            SbomComponent library = NativeLibrary.Read(Path.Combine(sources, "shared", "Tables", "native", "package-lock.json"), architecture);
            components.Add(library);
            used.Add(library.Reference);
        }
        components.Sort((a, b) => string.CompareOrdinal(a.Reference, b.Reference));
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, Indented))
            Write(json, root, version, components, used);
        stream.WriteByte((byte)'\n');
        return stream.ToArray();

        SbomComponent Component(LockedPackage package) => new()
        {
            Reference = locked.Reference(package.Name),
            Name = package.Name,
            Version = package.Version,
            // Not among the hashes: it leaves a package's signature out, so it is not the hash of the file.
            ContentHash = package.ContentHash,
            DependsOn = [.. package.Dependencies.Select(locked.Reference)],
        };
    }

    private static void Write(Utf8JsonWriter json, string root, string version, List<SbomComponent> components, List<string> used)
    {
        json.WriteStartObject();
        json.WriteString("bomFormat", "CycloneDX");
        json.WriteString("specVersion", "1.6");
        json.WriteNumber("version", 1);
        json.WriteStartObject("metadata");
        json.WriteStartObject("component");
        json.WriteString("type", "application");
        json.WriteString("bom-ref", root);
        json.WriteString("name", root);
        json.WriteString("version", version);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteStartArray("components");
        foreach (SbomComponent component in components)
            component.Write(json);
        json.WriteEndArray();
        json.WriteStartArray("dependencies");
        WriteDependencies(json, root, used);
        foreach (SbomComponent component in components)
            WriteDependencies(json, component.Reference, component.DependsOn);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteDependencies(Utf8JsonWriter json, string reference, IEnumerable<string> dependencies)
    {
        json.WriteStartObject();
        json.WriteString("ref", reference);
        json.WriteStartArray("dependsOn");
        foreach (string dependency in dependencies.Order(StringComparer.Ordinal))
            json.WriteStringValue(dependency);
        json.WriteEndArray();
        json.WriteEndObject();
    }
}

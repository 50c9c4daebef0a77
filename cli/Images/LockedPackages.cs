using System.Text.Json;
using Pipeline.Hosting;

namespace Pipeline.Cli.Images;

/// <summary>A NuGet package as a lock file holds it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Version">The version it was resolved to.</param>
/// <param name="ContentHash">NuGet's hash of it, base64.</param>
/// <param name="Dependencies">Names of the packages it needs.</param>
internal sealed record LockedPackage(string Name, string Version, string ContentHash, IReadOnlyList<string> Dependencies);

/// <summary>The lock file of a project (<c>packages.lock.json</c>): every package it gets, also by way of other projects.</summary>
internal sealed class LockedPackages
{
    private readonly Dictionary<string, LockedPackage> byName;

    private LockedPackages(List<LockedPackage> packages, HashSet<string> projects, SortedSet<string> direct)
    {
        Packages = packages;
        Projects = projects;
        byName = packages.ToDictionary(p => p.Name, StringComparer.OrdinalIgnoreCase);
        Direct = [.. direct.Where(byName.ContainsKey)];
    }

    /// <summary>All packages, in the file's order.</summary>
    public IReadOnlyList<LockedPackage> Packages { get; }

    /// <summary>Names of the projects; case does not matter.</summary>
    public IReadOnlySet<string> Projects { get; }

    /// <summary>Names of the packages that a project asks for, rather than another package.</summary>
    public IReadOnlyList<string> Direct { get; }

    /// <summary>Reads a lock file.</summary>
    /// <exception cref="StageException"><see cref="ExitCode.Usage"/>: it is not there, or not a lock file for one framework.</exception>
    public static LockedPackages Read(string path)
    {
        using JsonDocument document = JsonFile.Read(path);
        try
        {
            // One section for each framework; the stages have one.
            JsonElement section = document.RootElement.GetProperty("dependencies").EnumerateObject().Single().Value;
            var packages = new List<LockedPackage>();
            var projects = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
            var direct = new SortedSet<string>(StringComparer.OrdinalIgnoreCase);
            foreach (JsonProperty entry in section.EnumerateObject())
            {
                string[] dependencies = entry.Value.TryGetProperty("dependencies", out JsonElement names) ? [.. names.EnumerateObject().Select(d => d.Name)] : [];
                string? type = entry.Value.GetProperty("type").GetString();
                if (type == "Project")
                {
                    projects.Add(entry.Name);
                    direct.UnionWith(dependencies);
                    continue;
                }
                if (type == "Direct")
                    direct.Add(entry.Name);
                packages.Add(new LockedPackage(
                    entry.Name, entry.Value.GetProperty("resolved").GetString()!, entry.Value.GetProperty("contentHash").GetString()!, dependencies));
            }
            return new LockedPackages(packages, projects, direct);
        }
        catch (Exception e) when (e is KeyNotFoundException or InvalidOperationException)
        {
            throw new StageException(ExitCode.Usage, $"'{path}' is not a lock file of NuGet for one framework.", "Restore the checkout.");
        }
    }

    /// <summary>The package URL of a package; names are compared without regard to case.</summary>
    public string Reference(string name)
    {
        LockedPackage package = byName[name];
        return $"pkg:nuget/{package.Name}@{package.Version}";
    }
}

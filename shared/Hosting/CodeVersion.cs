using System.Reflection;
using System.Text;
using Pipeline.Storage;

namespace Pipeline.Hosting;

/// <summary>Identifies the code of a stage: the version people know and a hash that changes with the code and with nothing else.</summary>
public static class CodeVersion
{
    private const string OwnPrefix = "Pipeline.";

    /// <summary>
    /// Version and hash of the module ids of an assembly and of the project's own libraries that it uses. Builds are deterministic,
    /// so the same sources give the same ids.
    /// </summary>
    public static string Of(Assembly entry)
    {
        var ids = new SortedDictionary<string, Guid>(StringComparer.Ordinal);
        Visit(entry);
        string text = string.Join('\n', ids.Select(id => $"{id.Key} {id.Value}"));
        string version = entry.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0";
        return $"{version}+{Hashing.Of(Encoding.UTF8.GetBytes(text))[..16]}";

        void Visit(Assembly assembly)
        {
            if (!ids.TryAdd(assembly.GetName().Name!, assembly.ManifestModule.ModuleVersionId))
                return;
            foreach (AssemblyName reference in assembly.GetReferencedAssemblies())
            {
                if (reference.Name!.StartsWith(OwnPrefix, StringComparison.Ordinal))
                    Visit(Assembly.Load(reference));
            }
        }
    }
}

namespace Pipeline.Records;

/// <summary>Files and folders by their paths, on this machine or elsewhere.</summary>
internal interface IFileTree
{
    bool HasFile(string path);

    bool HasFolder(string path);

    /// <summary>Whether a folder is another name for one that lies elsewhere.</summary>
    bool IsLink(string folder);

    /// <summary>Names of what is no folder.</summary>
    IEnumerable<string> Files(string folder);

    /// <summary>Names of the folders in a folder.</summary>
    IEnumerable<string> Folders(string folder);

    /// <summary>The path of something in a folder.</summary>
    string Join(string folder, string name);

    /// <summary>The one path of a file, however it was named.</summary>
    string FullPath(string path);

    /// <summary>The part of a pattern that names no folder, and the names behind it.</summary>
    (string Root, string[] Segments) Split(string pattern);
}

/// <summary>The files of this machine.</summary>
internal sealed class LocalTree : IFileTree
{
    public bool HasFile(string path) => File.Exists(path);

    public bool HasFolder(string path) => Directory.Exists(path);

    public bool IsLink(string folder) => new DirectoryInfo(folder).LinkTarget is not null;

    public IEnumerable<string> Files(string folder) => Directory.EnumerateFiles(Here(folder)).Select(Name);

    public IEnumerable<string> Folders(string folder) => Directory.EnumerateDirectories(Here(folder)).Select(Name);

    public string Join(string folder, string name) => Path.Combine(folder, name);

    public string FullPath(string path) => Path.GetFullPath(path);

    public (string Root, string[] Segments) Split(string pattern)
    {
        string root = Path.GetPathRoot(pattern) ?? "";
        return (root, pattern[root.Length..].Split([Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar], StringSplitOptions.RemoveEmptyEntries));
    }

    private static string Here(string folder) => folder.Length == 0 ? "." : folder;

    private static string Name(string path) => Path.GetFileName(path);
}

/// <summary>Files elsewhere, as far as they were listed: they have no folders but those in their names.</summary>
/// <param name="scheme">Begins every path, for example <c>s3://</c>.</param>
/// <param name="paths">The files.</param>
internal sealed class ListedTree(string scheme, IReadOnlyList<string> paths) : IFileTree
{
    private readonly HashSet<string> files = new(paths, StringComparer.Ordinal);

    public bool HasFile(string path) => files.Contains(path);

    public bool HasFolder(string path) => Below(path).Any();

    public bool IsLink(string folder) => false;

    public IEnumerable<string> Files(string folder) => Below(folder).Where(name => !name.Contains('/', StringComparison.Ordinal));

    public IEnumerable<string> Folders(string folder) =>
        Below(folder).Select(name => name.IndexOf('/', StringComparison.Ordinal) is var end and >= 0 ? name[..end] : "").Where(name => name.Length > 0).Distinct(StringComparer.Ordinal);

    public string Join(string folder, string name) => Prefix(folder) + name;

    public string FullPath(string path) => path;

    public (string Root, string[] Segments) Split(string pattern) => (scheme, pattern[scheme.Length..].Split('/', StringSplitOptions.RemoveEmptyEntries));

    private static string Prefix(string folder) => folder.EndsWith('/') ? folder : folder + "/";

    private IEnumerable<string> Below(string folder)
    {
        string prefix = Prefix(folder);
        return files.Where(path => path.StartsWith(prefix, StringComparison.Ordinal)).Select(path => path[prefix.Length..]);
    }
}

using System.IO.Enumeration;

namespace Pipeline.Records;

/// <summary>A file among those to be read.</summary>
/// <param name="Path">Where it lies.</param>
/// <param name="Name">What it is called in the output: its name and as many of its folders as tell it from the others.</param>
public sealed record RecordFile(string Path, string Name);

/// <summary>How files elsewhere are found.</summary>
/// <param name="Scheme">Begins the name of each of them, for example <c>s3://</c>.</param>
/// <param name="List">All files whose names begin with a text.</param>
public sealed record RemoteListing(string Scheme, Func<string, IReadOnlyList<string>> List);

/// <summary>
/// Files named by a path, a list of paths with commas, a folder or a pattern with <c>*</c>, <c>?</c> and <c>**</c> for any folders. In order
/// of their paths, so that the same names give the same order everywhere. Immutable.
/// </summary>
/// <param name="Text">How they were named.</param>
/// <param name="Files">The files, at least one.</param>
/// <param name="Ignored">What else lies in a folder that was named, and is not read.</param>
public sealed record RecordFiles(string Text, IReadOnlyList<RecordFile> Files, IReadOnlyList<string> Ignored)
{
    private const string Kinds = "*.csv, *.jsonl, *.parquet, *.csv.gz or *.jsonl.gz";
    private const string AnyFolders = "**";

    private static readonly LocalTree Local = new();

    /// <summary>Finds the files.</summary>
    /// <param name="text">How they are named.</param>
    /// <param name="remote">How files elsewhere are found; null where only those of this machine may be named.</param>
    /// <exception cref="FormatException">There is none, or one is named twice; the message is the rest of a sentence that begins with the text.</exception>
    public static RecordFiles Find(string text, RemoteListing? remote = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        List<string> found = [], ignored = [];
        // A comma may be part of a name.
        string[] parts = TreeOf(text, remote) is var whole && (whole.HasFile(text) || whole.HasFolder(text))
            ? [text]
            : text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        foreach (string part in parts)
        {
            IFileTree tree = TreeOf(part, remote);
            found.AddRange(FindPart(tree, part, parts.Length == 1, ignored));
        }
        if (found.Count == 0)
            throw new FormatException("names no file");
        string[] sorted = [.. found.OrderBy(p => FullPath(p, remote), StringComparer.Ordinal)];
        if (found.CountBy(p => FullPath(p, remote)).FirstOrDefault(p => p.Value > 1).Key is { } twice)
            throw new FormatException($"names '{twice}' twice");
        return new RecordFiles(text, [.. sorted.Zip(Names(sorted, remote), (path, name) => new RecordFile(path, name))], ignored);
    }

    private static bool IsRemote(string path, RemoteListing? remote) => remote is not null && path.StartsWith(remote.Scheme, StringComparison.Ordinal);

    private static string FullPath(string path, RemoteListing? remote) => IsRemote(path, remote) ? path : Local.FullPath(path);

    /// <summary>The tree a path lies in; of a remote one as much as the path can mean.</summary>
    private static IFileTree TreeOf(string path, RemoteListing? remote)
    {
        if (!IsRemote(path, remote))
            return Local;
        int pattern = path.AsSpan().IndexOfAny('*', '?');
        return new ListedTree(remote!.Scheme, remote.List(pattern < 0 ? path : path[..pattern]));
    }

    private static IEnumerable<string> FindPart(IFileTree tree, string part, bool isAlone, List<string> ignored)
    {
        if (tree.HasFile(part))
            return [part];
        if (tree.HasFolder(part))
            return FindInFolder(tree, part, ignored);
        if (part.AsSpan().ContainsAny('*', '?'))
        {
            string[] found = [.. FindByPattern(tree, part)];
            return found.Length > 0 ? found : throw new FormatException(isAlone ? "matches no file" : $"has '{part}', which matches no file");
        }
        throw new FormatException(isAlone ? "does not exist" : $"has '{part}', which does not exist");
    }

    private static List<string> FindInFolder(IFileTree tree, string folder, List<string> ignored)
    {
        var found = new List<string>();
        foreach (string name in tree.Files(folder).Concat(tree.Folders(folder)).Order(StringComparer.Ordinal))
        {
            string path = tree.Join(folder, name);
            if (tree.HasFile(path) && RecordSettings.FormatOfName(path) is not null)
                found.Add(path);
            else
                ignored.Add(name);
        }
        return found.Count > 0 ? found : throw new FormatException($"is a folder without a file of {Kinds}");
    }

    private static IEnumerable<string> FindByPattern(IFileTree tree, string pattern)
    {
        (string root, string[] segments) = tree.Split(pattern);
        return Match(tree, root, segments).Distinct(StringComparer.Ordinal);
    }

    private static IEnumerable<string> Match(IFileTree tree, string folder, ReadOnlyMemory<string> segments)
    {
        string segment = segments.Span[0];
        ReadOnlyMemory<string> rest = segments[1..];
        if (segment == AnyFolders)
        {
            // No folder at all, or one more with any number below it. Links are not followed: they may lead round in circles.
            IEnumerable<string> here = rest.IsEmpty ? Named(tree.Files(folder), "*") : Match(tree, folder, rest);
            return here.Concat(Named(tree.Folders(folder), "*").Where(f => !tree.IsLink(f)).SelectMany(f => Match(tree, f, segments)));
        }
        if (!segment.AsSpan().ContainsAny('*', '?'))
        {
            string path = tree.Join(folder, segment);
            return rest.IsEmpty ? (tree.HasFile(path) ? [path] : []) : (tree.HasFolder(path) ? Match(tree, path, rest) : []);
        }
        return rest.IsEmpty ? Named(tree.Files(folder), segment) : Named(tree.Folders(folder), segment).SelectMany(f => Match(tree, f, rest));

        IEnumerable<string> Named(IEnumerable<string> names, string wanted) =>
            names.Where(name => FileSystemName.MatchesSimpleExpression(wanted, name, ignoreCase: false)).Select(name => tree.Join(folder, name));
    }

    /// <summary>The file names where they differ; else the paths below the folder that all have in common.</summary>
    private static IEnumerable<string> Names(string[] paths, RemoteListing? remote)
    {
        string[] names = [.. paths.Select(p => Path.GetFileName(p))];
        if (names.Distinct(StringComparer.Ordinal).Count() == names.Length)
            return names;
        string[] full = [.. paths.Select(p => FullPath(p, remote).Replace(Path.DirectorySeparatorChar, '/'))];
        string common = full[0];
        while (!full.All(p => p.StartsWith(common, StringComparison.Ordinal)))
            common = common[..^1];
        int below = common.LastIndexOf('/') + 1;
        return full.Select(p => p[below..]);
    }
}

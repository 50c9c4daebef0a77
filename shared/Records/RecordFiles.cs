using System.IO.Enumeration;

namespace Pipeline.Records;

/// <summary>A file among those to be read.</summary>
/// <param name="Path">Where it lies.</param>
/// <param name="Name">What it is called in the output: its name and as many of its folders as tell it from the others.</param>
public sealed record RecordFile(string Path, string Name);

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

    /// <summary>Finds the files.</summary>
    /// <exception cref="FormatException">There is none, or one is named twice; the message is the rest of a sentence that begins with the text.</exception>
    public static RecordFiles Find(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        List<string> paths = [], ignored = [];
        // A comma may be part of a name.
        string[] parts = Path.Exists(text) ? [text] : text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        foreach (string part in parts)
            paths.AddRange(FindPart(part, parts.Length == 1, ignored));
        if (paths.Count == 0)
            throw new FormatException("names no file");
        string[] sorted = [.. paths.OrderBy(p => Path.GetFullPath(p), StringComparer.Ordinal)];
        if (paths.CountBy(p => Path.GetFullPath(p)).FirstOrDefault(p => p.Value > 1).Key is { } twice)
            throw new FormatException($"names '{twice}' twice");
        return new RecordFiles(text, [.. sorted.Zip(Names(sorted), (path, name) => new RecordFile(path, name))], ignored);
    }

    private static IEnumerable<string> FindPart(string part, bool isAlone, List<string> ignored)
    {
        if (File.Exists(part))
            return [part];
        if (Directory.Exists(part))
            return FindInFolder(part, ignored);
        if (part.AsSpan().ContainsAny('*', '?'))
        {
            string[] found = [.. FindByPattern(part)];
            return found.Length > 0 ? found : throw new FormatException(isAlone ? "matches no file" : $"has '{part}', which matches no file");
        }
        throw new FormatException(isAlone ? "does not exist" : $"has '{part}', which does not exist");
    }

    private static List<string> FindInFolder(string folder, List<string> ignored)
    {
        var found = new List<string>();
        foreach (string path in Directory.EnumerateFileSystemEntries(folder).Order(StringComparer.Ordinal))
        {
            if (File.Exists(path) && RecordSettings.FormatOfName(path) is not null)
                found.Add(path);
            else
                ignored.Add(Path.GetFileName(path));
        }
        return found.Count > 0 ? found : throw new FormatException($"is a folder without a file of {Kinds}");
    }

    private static IEnumerable<string> FindByPattern(string pattern)
    {
        string root = Path.GetPathRoot(pattern) ?? "";
        string[] segments = pattern[root.Length..].Split([Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar], StringSplitOptions.RemoveEmptyEntries);
        return Match(root, segments).Distinct(StringComparer.Ordinal);
    }

    private static IEnumerable<string> Match(string folder, ReadOnlyMemory<string> segments)
    {
        string segment = segments.Span[0];
        ReadOnlyMemory<string> rest = segments[1..];
        if (segment == AnyFolders)
        {
            // No folder at all, or one more with any number below it. Links are not followed: they may lead round in circles.
            IEnumerable<string> here = rest.IsEmpty ? Entries(folder, isFile: true, "*") : Match(folder, rest);
            return here.Concat(Entries(folder, isFile: false, "*").Where(f => new DirectoryInfo(f).LinkTarget is null).SelectMany(f => Match(f, segments)));
        }
        if (!segment.AsSpan().ContainsAny('*', '?'))
        {
            string path = Path.Combine(folder, segment);
            return rest.IsEmpty ? (File.Exists(path) ? [path] : []) : (Directory.Exists(path) ? Match(path, rest) : []);
        }
        return rest.IsEmpty ? Entries(folder, isFile: true, segment) : Entries(folder, isFile: false, segment).SelectMany(f => Match(f, rest));
    }

    private static IEnumerable<string> Entries(string folder, bool isFile, string pattern)
    {
        string place = folder.Length == 0 ? "." : folder;
        IEnumerable<string> entries = isFile ? Directory.EnumerateFiles(place) : Directory.EnumerateDirectories(place);
        return entries.Select(e => Path.GetFileName(e)!)
            .Where(name => FileSystemName.MatchesSimpleExpression(pattern, name, ignoreCase: false)).Select(name => Path.Combine(folder, name));
    }

    /// <summary>The file names where they differ; else the paths below the folder that all have in common.</summary>
    private static IEnumerable<string> Names(string[] paths)
    {
        string[] names = [.. paths.Select(p => Path.GetFileName(p))];
        if (names.Distinct(StringComparer.Ordinal).Count() == names.Length)
            return names;
        string[] full = [.. paths.Select(p => Path.GetFullPath(p).Replace(Path.DirectorySeparatorChar, '/'))];
        string common = full[0];
        while (!full.All(p => p.StartsWith(common, StringComparison.Ordinal)))
            common = common[..^1];
        int below = common.LastIndexOf('/') + 1;
        return full.Select(p => p[below..]);
    }
}

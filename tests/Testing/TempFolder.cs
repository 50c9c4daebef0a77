using System.Text;

namespace Pipeline.Testing;

/// <summary>A folder of one test, gone with it.</summary>
public sealed class TempFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("pipeline-test-").FullName;

    /// <summary>The path of a file or folder in it.</summary>
    public string File(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>Writes a text file, UTF-8.</summary>
    /// <returns>Its path.</returns>
    public string Write(string name, string content) => Write(name, Encoding.UTF8.GetBytes(content));

    /// <summary>Writes a file.</summary>
    /// <returns>Its path.</returns>
    public string Write(string name, byte[] content)
    {
        string path = File(name);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        System.IO.File.WriteAllBytes(path, content);
        return path;
    }

    /// <summary>Copies a folder with everything below it.</summary>
    /// <returns>The path of the copy.</returns>
    public string Copy(string folder, string name)
    {
        string copy = File(name);
        foreach (string path in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            string to = System.IO.Path.Combine(copy, System.IO.Path.GetRelativePath(folder, path));
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(to)!);
            System.IO.File.Copy(path, to);
        }
        return copy;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}

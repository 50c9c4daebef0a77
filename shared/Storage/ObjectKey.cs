namespace Pipeline.Storage;

/// <summary>What may name an object.</summary>
internal static class ObjectKey
{
    /// <summary>Whether a key stays below the root: a relative path without a way up.</summary>
    public static bool IsValid(string key) => !Path.IsPathRooted(key) && !key.Split('/', '\\').Contains("..");
}

using System.Text;

namespace Pipeline.Storage;

/// <summary>
/// The one value that tells whether a stage's output is already there: SHA-256 over the stage's name, its code, the options that
/// decide the result and the hashes of all inputs. Each part is written with its length, so no two sets of parts read alike.
/// </summary>
public static class Fingerprint
{
    /// <summary>Computes it.</summary>
    public static string Of(
        string stage, string code, IReadOnlyDictionary<string, string> options, IReadOnlyDictionary<string, string> inputs)
    {
        ArgumentNullException.ThrowIfNull(stage);
        ArgumentNullException.ThrowIfNull(code);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(inputs);

        var text = new StringBuilder();
        Add(stage);
        Add(code);
        foreach (IReadOnlyDictionary<string, string> part in (ReadOnlySpan<IReadOnlyDictionary<string, string>>)[options, inputs])
        {
            Add(part.Count.ToString(System.Globalization.CultureInfo.InvariantCulture));
            foreach ((string name, string value) in part.OrderBy(p => p.Key, StringComparer.Ordinal))
            {
                Add(name);
                Add(value);
            }
        }
        return Hashing.Of(Encoding.UTF8.GetBytes(text.ToString()));

        void Add(string value) => text.Append(System.Globalization.CultureInfo.InvariantCulture, $"{value.Length}:{value};");
    }
}

using System.Globalization;
using System.Text.RegularExpressions;

namespace Pipeline.Keys;

/// <summary>A key in AWS KMS that the operator allows.</summary>
/// <param name="Version">Version of the keys it stands for, from 1.</param>
/// <param name="Arn">Its ARN; no alias, which could be pointed at another key.</param>
public sealed partial record KmsKey(int Version, string Arn)
{
    /// <summary>How a list of them is typed, for the help.</summary>
    internal const string Form = "ARN or VERSION=ARN, the older version first and a comma between two";

    /// <summary>The region it lives in.</summary>
    public string Region => Arn.Split(':')[3];

    /// <summary>Reads a list such as <c>ARN</c>, <c>ARN,ARN</c> or <c>2=ARN,3=ARN</c>; without numbers the versions count from 1.</summary>
    /// <returns>What is wrong with it; null for a good one.</returns>
    internal static string? TryParse(string text, out IReadOnlyList<KmsKey> keys)
    {
        var read = new List<KmsKey>();
        keys = read;
        foreach (string entry in text.Split(',', StringSplitOptions.TrimEntries))
        {
            int sign = entry.IndexOf('=', StringComparison.Ordinal);
            string arn = entry[(sign + 1)..];
            int version = read.Count + 1;
            if (sign >= 0 && !(int.TryParse(entry[..sign], NumberStyles.None, CultureInfo.InvariantCulture, out version) && version >= 1))
                return $"has '{entry[..sign]}' for a version";
            if (!ArnPattern().IsMatch(arn))
                return $"has '{arn}', which is not the ARN of a key in KMS";
            if (read.Count > 0 && version <= read[^1].Version)
                return "must have the older version first";
            if (read.Count > 0 && arn == read[^1].Arn)
                return "has one key twice";
            read.Add(new KmsKey(version, arn));
        }
        return read.Count > KeyVersions.Most ? $"has more than {KeyVersions.Most} keys" : null;
    }

    [GeneratedRegex("^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+$", RegexOptions.CultureInvariant)]
    private static partial Regex ArnPattern();
}

using System.Text;
using Pipeline.Hosting;
using Pipeline.Tables;

namespace Pipeline.Cli.Sar;

/// <summary>
/// The ids of the users or the items, numbered in ordinal order of their UTF-8 bytes: the numbers, and with them which of two equal
/// scores comes first, do not depend on the order of the lines.
/// </summary>
internal sealed class IdIndex
{
    private const int MaxShown = 5;

    private readonly TextIndex texts;
    private readonly int[] positions;

    private IdIndex(TextIndex texts, int[] positions, int[] indices)
    {
        this.texts = texts;
        this.positions = positions;
        Indices = indices;
    }

    /// <summary>How many there are.</summary>
    public int Count => positions.Length;

    /// <summary>The index of each text by its position in what <see cref="Of"/> was given.</summary>
    public int[] Indices { get; }

    /// <summary>The id at an index.</summary>
    public ReadOnlySpan<byte> this[int index] => texts[positions[index]];

    /// <summary>Numbers the texts.</summary>
    public static IdIndex Of(TextIndex texts)
    {
        int[] positions = texts.SortedPositions();
        int[] indices = new int[positions.Length];
        for (int index = 0; index < positions.Length; index++)
            indices[positions[index]] = index;
        return new IdIndex(texts, positions, indices);
    }

    /// <summary>The indices of the ids that a file names.</summary>
    /// <param name="named">The ids.</param>
    /// <param name="noun">What they are: <c>users</c>.</param>
    /// <param name="namedIn">The file that names them.</param>
    /// <param name="knownFrom">The file that should have them.</param>
    /// <exception cref="StageException">Some are not known.</exception>
    public int[] Find(TextIndex named, string noun, string namedIn, string knownFrom)
    {
        int[] found = new int[named.Count];
        var unknown = new List<string>();
        for (int n = 0; n < found.Length; n++)
        {
            int position = texts.Find(named[n]);
            if (position < 0)
                unknown.Add($"'{Encoding.UTF8.GetString(named[n])}'");
            else
                found[n] = Indices[position];
        }
        if (unknown.Count == 0)
            return found;
        string shown = string.Join(", ", unknown.Take(MaxShown)) + (unknown.Count > MaxShown ? ", ..." : "");
        throw new StageException(
            ExitCode.InputRefused, $"'{namedIn}' names {noun} without interactions in '{knownFrom}', {unknown.Count} in all: {shown}: take them out, or correct them.");
    }
}

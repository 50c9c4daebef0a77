using Pipeline.Tables;

namespace Pipeline.Transform;

/// <summary>Dense indices, in ordinal order of the ids' bytes, for the ids that are used; so they depend on nothing but the set of ids.</summary>
internal sealed class Numbering
{
    private readonly int[] indexOf;
    private readonly int[] positionOf;

    /// <summary>Numbers the texts at the positions that are used.</summary>
    public Numbering(TextIndex ids, bool[] isUsed)
    {
        positionOf = [.. ids.SortedPositions().Where(position => isUsed[position])];
        indexOf = new int[ids.Count];
        Array.Fill(indexOf, -1);
        for (int index = 0; index < positionOf.Length; index++)
            indexOf[positionOf[index]] = index;
    }

    /// <summary>How many there are.</summary>
    public int Count => positionOf.Length;

    /// <summary>The index of the text at a position, -1 where it is not used.</summary>
    public int IndexOf(int position) => indexOf[position];

    /// <summary>The position of the text with an index.</summary>
    public int PositionOf(int index) => positionOf[index];
}

namespace Pipeline.Transform;

/// <summary>Dense indices for the ids that are used, in order of their ranks; so they depend on nothing but the set of ids used.</summary>
internal sealed class Numbering
{
    private readonly int[] indexOf;
    private readonly int[] rankOf;

    /// <summary>Numbers the ranks that are used.</summary>
    public Numbering(bool[] isUsed)
    {
        rankOf = [.. Enumerable.Range(0, isUsed.Length).Where(rank => isUsed[rank])];
        indexOf = new int[isUsed.Length];
        Array.Fill(indexOf, -1);
        for (int index = 0; index < rankOf.Length; index++)
            indexOf[rankOf[index]] = index;
    }

    /// <summary>How many there are.</summary>
    public int Count => rankOf.Length;

    /// <summary>The index of a rank, -1 where it is not used.</summary>
    public int IndexOf(int rank) => indexOf[rank];

    /// <summary>The rank with an index.</summary>
    public int RankOf(int index) => rankOf[index];
}

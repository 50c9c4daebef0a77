using System.Numerics;
using System.Runtime.InteropServices;

namespace Pipeline.Load;

/// <summary>
/// Counts how many interactions repeat an earlier one's user and item, in bounded memory: exact up to a number of distinct pairs,
/// beyond it from a sample of the pairs with all their interactions (adaptive sampling, Wegman 1984). The sample depends on the
/// pairs only, so neither the order of the lines nor the machine shows in the result. Not thread-safe.
/// </summary>
/// <param name="capacity">Pairs held at most, about 40 bytes each.</param>
internal sealed class RepeatCounter(int capacity = 1 << 20)
{
    /// <summary>Interactions by the hash of their pair. Invariant: exactly the pairs seen whose hash begins with <see cref="zeros"/> zero bits.</summary>
    private readonly Dictionary<ulong, int> interactions = [];
    private int zeros;

    /// <summary>Interactions whose user had the item before, as a share of all.</summary>
    public double Share
    {
        get
        {
            long sampled = interactions.Values.Sum(n => (long)n);
            return sampled == 0 ? 0 : (sampled - interactions.Count) / (double)sampled;
        }
    }

    /// <summary>Takes an interaction into account.</summary>
    public void Add(ReadOnlySpan<byte> user, ReadOnlySpan<byte> item)
    {
        ulong hash = Hash(user, item);
        if (BitOperations.LeadingZeroCount(hash) < zeros)
            return;
        CollectionsMarshal.GetValueRefOrAddDefault(interactions, hash, out _)++;
        while (interactions.Count > capacity)
        {
            zeros++;
            foreach (ulong pair in interactions.Keys.Where(pair => BitOperations.LeadingZeroCount(pair) < zeros).ToArray())
                interactions.Remove(pair);
        }
    }

    /// <summary>FNV-1a over both, a byte that no UTF-8 has between them, and MurmurHash3's mixer, without which the leading bits are poor.</summary>
    private static ulong Hash(ReadOnlySpan<byte> user, ReadOnlySpan<byte> item)
    {
        ulong hash = Add(Add(Add(14695981039346656037, user), [0xff]), item);
        hash = (hash ^ (hash >> 33)) * 0xff51afd7ed558ccd;
        hash = (hash ^ (hash >> 33)) * 0xc4ceb9fe1a85ec53;
        return hash ^ (hash >> 33);

        static ulong Add(ulong hash, ReadOnlySpan<byte> bytes)
        {
            foreach (byte b in bytes)
                hash = (hash ^ b) * 1099511628211;
            return hash;
        }
    }
}

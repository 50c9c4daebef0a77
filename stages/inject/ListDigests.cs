using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Pipeline.Inject;

/// <summary>Each customer's list in eight bytes, in the order of the lists: 16 bytes a customer. Not thread-safe.</summary>
internal sealed class ListDigests
{
    private readonly List<(ulong User, long Digest)> lists = [];
    private Dictionary<ulong, long>? byUser;
    private byte[] items = new byte[1024];
    private int used;
    private int next;

    /// <summary>Makes room for so many customers at once.</summary>
    public void EnsureCapacity(long customers) => lists.EnsureCapacity((int)Math.Min(customers, Array.MaxLength));

    /// <summary>Adds a product to the list that is being made.</summary>
    public void Add(ReadOnlySpan<byte> item)
    {
        if (items.Length - used <= item.Length)
            Array.Resize(ref items, Math.Max(items.Length * 2, used + item.Length + 1));
        item.CopyTo(items.AsSpan(used));
        used += item.Length;
        items[used++] = 0;
    }

    /// <summary>Ends the list of a customer; an empty one counts as none.</summary>
    public void End(ReadOnlySpan<byte> user)
    {
        lists.Add((Hash(user), used == 0 ? 0 : (long)Hash(items.AsSpan(0, used)) is var digest and not 0 ? digest : 1));
        used = 0;
    }

    /// <summary>The digest of a customer's list; 0 where there is none. Customers are asked for in the order of the lists, or it costs more.</summary>
    public long Of(ReadOnlySpan<byte> user)
    {
        ulong hash = Hash(user);
        if (byUser is null && next < lists.Count && lists[next].User == hash)
            return lists[next++].Digest;
        byUser ??= lists.ToDictionary(l => l.User, l => l.Digest);
        return byUser.GetValueOrDefault(hash);
    }

    private static ulong Hash(ReadOnlySpan<byte> text)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(text, hash);
        return BinaryPrimitives.ReadUInt64BigEndian(hash);
    }
}
